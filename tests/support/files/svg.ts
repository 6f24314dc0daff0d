import { gzipSync } from 'node:zlib'

/** An SVG document with attributes and content. */
export function svg(attributes: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`
}

const box = 'viewBox="0 0 100 100"'
const square = '<rect width="100" height="100"/>'

/** Nests references: each of `levels` elements refers to the one before ten times. */
function nested(levels: number, element: (id: number, references: number) => string): string {
  return Array.from({ length: levels }, (_, index) => element(index + 1, index)).join('')
}

const ten = (text: string) => text.repeat(10)
const numbers = Array.from({ length: 12 }, (_, index) => index)

/** SVG documents that try to read other resources, to run a script, or to use too much time or memory. */
export const hostileSvgs: Record<string, string | Buffer> = {
  'a script': svg(
    `${box} onload="for(;;)"`,
    `<script>for(;;)</script>${square}<set attributeName="x"/>`,
  ),
  'resources of a network': svg(
    box,
    `<style>@import url(http://127.0.0.1:1/a.css); @font-face { font-family: a; src: url(http://127.0.0.1:1/a) }</style>
     <image href="http://127.0.0.1:1/a.png" width="9" height="9"/><use href="http://127.0.0.1:1/a.svg#a"/>${square}`,
  ),
  'an included file': `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xi="http://www.w3.org/2001/XInclude" ${box}><text y="50"><xi:include href="file:///etc/passwd" parse="text"/></text></svg>`,
  'an entity with a file': `<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>${svg(box, '<text y="50">&a;</text>')}`,
  'entities that expand': `<!DOCTYPE svg [<!ENTITY a0 "aaaaaaaaaa">${numbers.map((i) => `<!ENTITY a${i + 1} "${ten(`&a${i};`)}">`).join('')}]>${svg(box, '<text>&a12;</text>')}`,
  'references that multiply': svg(
    box,
    `<g id="a0">${square}</g>${nested(12, (id, from) => `<g id="a${id}">${ten(`<use href="#a${from}"/>`)}</g>`)}`,
  ),
  'patterns in patterns': svg(
    box,
    `<pattern id="a0" width="1" height="1">${square}</pattern>${nested(12, (id, from) => `<pattern id="a${id}" width="1" height="1">${ten(`<rect width="9" height="9" fill="url(#a${from})"/>`)}</pattern>`)}<rect width="100" height="100" fill="url(#a12)"/>`,
  ),
  'a reference to itself': svg(box, `<g id="a"><use href="#a"/>${square}</g>`),
  'a huge filter': svg(
    box,
    `<filter id="a" x="-1000" y="-1000" width="1e6" height="1e6"><feTurbulence numOctaves="2000000000"/><feGaussianBlur stdDeviation="1e4"/><feMorphology radius="1e4"/></filter><g filter="url(#a)">${square}</g>`,
  ),
  'many filters': svg(
    box,
    `<filter id="a"><feMorphology operator="dilate" radius="1e4"/></filter>${'<g filter="url(#a)">'.repeat(60)}${square}${'</g>'.repeat(60)}`,
  ),
  'a huge viewBox': svg('viewBox="0 0 1e9 1e9"', square),
  'a huge size': svg('width="1e30" height="1e30"', square),
  'no size': svg('width="0" height="0"', square),
  'a negative size': svg('width="-5" height="nan"', square),
  'a million elements and more': svg(box, '<a/>'.repeat(1_100_000)),
  'deep nesting': svg(box, '<g>'.repeat(100_000) + '</g>'.repeat(100_000)),
  'endless dashes': svg(
    'viewBox="0 0 1e4 1e4"',
    '<path d="M0 0H1e4" stroke="red" stroke-width="9" stroke-dasharray="1e-6"/>',
  ),
  'bomb of gzip': gzipSync(
    Buffer.concat([Buffer.from('<svg><!--'), Buffer.alloc(200 * 1024 * 1024, 0x20)]),
  ),
}
