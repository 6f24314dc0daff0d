import { open } from 'node:fs/promises'
import { bounds } from '../bounds.ts'
import { runHelper } from '../helper-program.ts'
import { Refusal } from '../refusals.ts'

interface PageRequest {
  directory: string
  /** The file's name in the directory. */
  source: string
  width: number
  page?: number | undefined
  signal: AbortSignal
}

/**
 * Draws a page of a PDF, the first by default: its CropBox (ISO 32000-1 §14.11.2), rotated by its `Rotate`, at most `width` pixels wide. Resolves
 * to the name of a PNG in the directory. Needs poppler's pdfinfo and pdftoppm.
 */
export async function drawPage({
  directory,
  source,
  width,
  page: number = 1,
  signal,
}: PageRequest): Promise<string> {
  const run = (program: string, args: string[]) =>
    runHelper({ program, args, format: 'PDF', directory, signal })
  const only = ['-f', `${number}`, '-l', `${number}`]
  const page = pageSize(await run('pdfinfo', [...only, source]))
  const scale = Math.min(width / page.width, (width * bounds.tallest) / page.height)
  const resolution = ['-r', `${pointsPerInch * scale}`]
  const name = 'page'
  await run('pdftoppm', ['-png', '-singlefile', '-cropbox', ...only, ...resolution, source, name])
  const drawn = await pngWidth(`${directory}/${name}.png`)
  // If poppler runs out of memory, it reports success and writes one white pixel.
  if (Math.abs(drawn - page.width * scale) > 2) throw new Refusal('memory')
  return `${name}.png`
}

const pointsPerInch = 72

/** Parses the displayed size of a page from pdfinfo's output: `Page    1 size:  612 x 792 pts`, `Page    1 rot:   90`. */
function pageSize(printed: string): { width: number; height: number } {
  const [, across = '', down = ''] = /^Page +\d+ size: +(\S+) x (\S+) pts/m.exec(printed) ?? []
  const [width, height] = [Number(across), Number(down)]
  if (!(width > 0 && height > 0)) throw new Refusal('damaged')
  const turned = /^Page +\d+ rot: +(?:90|270)$/m.test(printed)
  return turned ? { width: height, height: width } : { width, height }
}

/** Reads the width of a PNG, which is at offset 16, in its first chunk (PNG §11.2.1). */
async function pngWidth(path: string): Promise<number> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 16)
  if (bytesRead < 4) throw new Refusal('damaged')
  return buffer.readUInt32BE()
}
