/** The tokens of a page, with the colours of Coffer in light and dark where it sets none. `color-scheme` is inherited. */
const colours = {
  ink: '#1b1e25,#eff0f3',
  soft: '#5f636d,#a1a5ac',
  paper: '#fff,#1a1c22',
  sunk: '#f2f3f6,#26292e',
  line: '#dfe1e5,#303339',
  accent: '#325cbd,#7fa6f6',
  wait: '#805307,#ebc070',
  bad: '#b32322,#fb9890',
}
const lengths = { radius: '12px', ratio: '3/2', 'max-height': '480px' }

const declare = (values: object, write: (value: string) => string) =>
  Object.entries(values)
    .map(([name, value]) => `--_${name}:var(--coffer-${name},${write(value as string)});`)
    .join('')
const declared = declare(colours, (pair) => `light-dark(${pair})`) + declare(lengths, String)

// Without spaces: bundlers do not compress the style sheets in scripts.
const text = `:host{${declared}display:block;max-inline-size:100%;color:var(--_ink);font-size:14px;line-height:20px;text-align:start}
:host([hidden]){display:none}
:host([shape=chip]){display:inline-block;vertical-align:bottom}
*{box-sizing:border-box}
button{font:inherit;color:inherit;padding:0;border:0;background:none;cursor:pointer}
:focus-visible{outline:2px solid var(--_accent);outline-offset:2px}
svg{display:block;inline-size:20px;flex:none;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
bdi{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.words,:is(.missing,.no-access) bdi{overflow-wrap:anywhere;white-space:normal}
.frame{position:relative;margin:0;border:1px solid var(--_line);border-radius:var(--_radius);background:var(--_paper)}
.card{display:grid;grid-template-columns:32px minmax(0,1fr) auto;column-gap:12px;align-items:center;min-block-size:60px;padding:8px 12px}
.thumb,.play,.action{display:grid;place-items:center;flex:none}
.thumb{block-size:32px;border-radius:6px;overflow:hidden;color:var(--_soft)}
.media,.shot{display:block;inline-size:100%;block-size:100%;border-radius:inherit;object-fit:contain}
video{background:#000}
.covers,.thumb img,video:has(+.play){object-fit:cover}
.name{display:block;inline-size:fit-content;max-inline-size:100%;font-weight:520;text-align:start}
button.name{outline:0}
button.name::after{content:'';position:absolute;inset:0;border-radius:var(--_radius)}
button.name:focus-visible::after{outline:2px solid var(--_accent)}
.meta{display:flex;flex-wrap:wrap;gap:0 8px;color:var(--_soft);font-size:12px;line-height:18px}
.action{position:relative;min-inline-size:32px;block-size:32px;border-radius:8px;color:var(--_soft)}
:is(.action,.unseen,.chip) svg{inline-size:16px}
.action:hover{background:var(--_sunk)}
.word{padding-inline:10px;border:1px solid var(--_line);color:var(--_ink);font-size:13px;font-weight:520;white-space:nowrap}
audio.media{block-size:32px;margin-block:6px 2px;position:relative}
.card.audio{min-block-size:96px}
.excerpt{grid-column:1/-1;block-size:120px;margin:8px 0 4px;padding:10px 12px;overflow:hidden;border-radius:8px;background:var(--_sunk);font:12px/18px monospace;color:var(--_soft);white-space:pre-wrap;overflow-wrap:anywhere}
.loading .thumb,.bones,.pic{background:var(--_sunk)}
.bones{block-size:10px;inline-size:62%;border-radius:5px}
.pending .thumb,.pending .words{color:var(--_wait)}
.infected{--_tint:var(--_bad);--_glow:#f43}
.unscannable{--_tint:var(--_wait);--_glow:#fb2}
.infected,.unscannable{background:color-mix(in srgb,var(--_glow) 9%,var(--_paper));border-color:color-mix(in srgb,var(--_glow) 35%,var(--_paper))}
:is(.infected,.unscannable) *{color:var(--_tint)}
:is(.infected,.unscannable) .name *{color:var(--_ink)}
.gone,.missing,.no-access,.failed{background:none;border:1px dashed color-mix(in oklab,var(--_soft) 50%,#0000)}
.pic{overflow:clip;inline-size:100%;aspect-ratio:var(--_ratio);max-block-size:var(--_max-height);border:0}
.shot:focus-visible{outline-offset:-3px}
.pic .card{position:absolute;inset:auto 0 0;border:0;background:none}
.dark{position:absolute;background:#14161bd1;color:#fff}
.dark:hover{background:#14161b}
.play{inset:0;margin:auto;inline-size:56px;block-size:56px;border-radius:50%}
.play svg{fill:currentColor;margin-inline-start:3px}
.action.dark{inset-block-start:10px;inset-inline-end:10px}
.unseen button{display:flex;align-items:center;gap:5px;min-block-size:24px;text-align:start}
.unseen.dark{inset-block-end:10px;inset-inline-start:10px;max-inline-size:calc(100% - 20px);border-radius:8px;font-size:13px;line-height:18px;font-weight:520}
.video .unseen.dark{inset-block:10px auto}
.dark button{padding:5px 11px 5px 9px}
.meta .unseen{position:relative;margin-block:-3px;color:var(--_ink)}
.why{inline-size:264px;margin:6px 0;padding:12px 16px;border:1px solid var(--_line);border-radius:12px;background:var(--_paper);color:var(--_soft);box-shadow:0 8px 32px #0003;font-size:13px;font-weight:400;line-height:18px;position-area:block-end span-inline-end;position-try:flip-block}
.why strong{display:block;color:var(--_ink)}
.chip,.lines{min-inline-size:0;max-inline-size:100%}
.chip,.chip .lines{display:inline-flex;align-items:center}
.chip{gap:6px;block-size:28px;padding-inline:8px 10px;border-radius:8px;font-size:13px}
.chip .thumb{inline-size:18px;block-size:18px}
.chip .name{min-inline-size:0}
.chip .bones{inline-size:96px}
.chip .meta{flex:none}
.chip .meta>:not(:empty){margin-inline-start:6px}
.chip .word{block-size:24px;margin-inline-end:-6px;padding-inline:6px;border:0;color:var(--_accent)}
@media(hover:hover){.pic:not(:hover,:focus-within) .action{opacity:0}}
@media(forced-colors:active){.dark{border:1px solid}}
@media(prefers-reduced-motion:no-preference){.pending svg{animation:t 1s linear infinite}@keyframes t{to{rotate:1turn}}}`

let sheet: CSSStyleSheet | undefined

/** One sheet for all elements of the page, built by script, which `style-src 'self'` allows. */
export function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
  }
  return sheet
}
