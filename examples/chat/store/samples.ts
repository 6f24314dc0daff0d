import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const svg = (...shapes: string[]) =>
  new Blob(
    [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 800">${shapes.join('')}</svg>`],
    { type: 'image/svg+xml' },
  )
const gradient = (from: string, to: string) =>
  `<linearGradient id="sky" x2="0" y2="1"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient><rect width="1200" height="800" fill="url(#sky)"/>`
const ridge = (y: number, fill: string) =>
  `<path fill="${fill}" d="M0 ${y + 90} 140 ${y} 260 ${y + 70} 430 ${y - 80} 600 ${y + 60} 760 ${y - 30} 930 ${y + 80} 1080 ${y + 10} 1200 ${y + 70}V800H0z"/>`

export const hills = svg(
  gradient('#b9d4da', '#f4ead9'),
  '<circle cx="880" cy="210" r="70" fill="#fff6df"/>',
  ridge(390, '#9fbcc4'),
  ridge(500, '#6d959e'),
  ridge(620, '#3d6a70'),
  ridge(720, '#24474d'),
)
export const sea = svg(
  gradient('#4d5f8d', '#f0b98a'),
  '<circle cx="620" cy="470" r="70" fill="#fff1cf"/><path fill="#31557f" d="M0 500H1200V800H0z"/>',
  '<path fill="#f3c48d" opacity=".55" d="M560 500h130l150 300H430z"/><path fill="#e6d2ab" d="M0 770q320-70 620 0t580-20v50H0z"/>',
)

/** A second of 440 Hz in WAV: 8 bits, 8 kHz, one channel. */
export const tone = (() => {
  const samples = 8000
  const bytes = Buffer.alloc(44 + samples)
  bytes.write('RIFF')
  bytes.writeUInt32LE(36 + samples, 4)
  bytes.write('WAVEfmt ', 8)
  for (const [at, value] of [
    [16, 16],
    [24, samples],
    [28, samples],
    [40, samples],
  ] as const)
    bytes.writeUInt32LE(value, at)
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    bytes.writeUInt16LE(value, at)
  bytes.write('data', 36)
  for (let at = 0; at < samples; at += 1)
    bytes[44 + at] = 128 + Math.round(60 * Math.sin((2 * Math.PI * 440 * at) / samples))
  return new Blob([bytes], { type: 'audio/wave' })
})()

export const pdf = new Blob(
  [
    `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>endobj
4 0 obj<</Length 150>>stream
BT /F 22 Tf 30 250 Td (Third quarter) Tj ET
.2 .3 .6 rg 40 40 40 70 re f 100 40 40 110 re f .45 .4 .8 rg 160 40 40 90 re f 220 40 40 160 re f
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
`,
  ],
  { type: 'application/pdf' },
)

/** The EICAR test file, which is harmless. Assembled here, so that scanners do not flag this source file. */
export function testVirus(): Blob {
  const head = String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}`
  return new Blob([[`${head}$EICAR`, 'STANDARD', 'ANTIVIRUS', 'TEST', 'FILE!$H+H*'].join('-')])
}

/** Two seconds of a moving pattern. Needs ffmpeg. */
export async function film(): Promise<Blob> {
  const source = [
    '-f',
    'lavfi',
    '-i',
    'gradients=size=640x360:rate=15:duration=2:x0=0:y0=0:x1=640:y1=360:c0=0x3f3f6b:c1=0x9a7090:nb_colors=2',
  ]
  const output = ['-pix_fmt', 'yuv420p', '-c:v', 'libvpx', '-b:v', '400k', '-f', 'webm', '-']
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...source, ...output], {
    encoding: 'buffer',
    maxBuffer: 8 * 1024 * 1024,
  })
  return new Blob([new Uint8Array(stdout)], { type: 'video/webm' })
}
