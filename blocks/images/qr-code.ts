import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BlockInputError, defineBlock, outputMedia } from '../../shared/blocks/sdk.ts'

/** The most bytes of the largest code (ISO/IEC 18004, version 40-L). */
const maxTextBytes = 2953

export const qrCode = defineBlock({
  id: 'd47f0c6a-8b19-4e3d-a5f2-1e9c3b70d682',
  name: 'QrCode',
  description: 'Draws a text or an address as a QR code, as PNG or SVG.',
  categories: ['images'],
  idempotent: true,
  input: z.object({
    text: z
      .string()
      .min(1)
      .max(maxTextBytes)
      .meta({ title: 'Text', placeholder: 'https://example.org/' }),
    format: z.enum(['png', 'svg']).default('png').meta({ title: 'Format' }),
    scale: z
      .int()
      .min(1)
      .max(32)
      .default(8)
      .meta({ title: 'Scale', description: 'Pixels for each square of the code', advanced: true }),
    correction: z.enum(['low', 'medium', 'quartile', 'high']).default('medium').meta({
      title: 'Error correction',
      description: 'High codes can be read with damage, and are larger',
      advanced: true,
    }),
  }),
  output: z.object({ image: outputMedia({ accept: 'image/png,image/svg+xml' }) }),
  async *run({ input: { text, format, scale, correction }, output, context }) {
    const path = await context.newPath('qr-code', `.${format}`)
    const bytes = await draw(text, { format, scale, correction })
    await writeFile(join(context.directory, path), bytes)
    yield output.image(path)
  },
  tests: [
    {
      input: { text: 'https://example.org/' },
      output: [['image', z.string().endsWith('#image/png')]],
    },
    {
      name: 'draws SVG',
      input: { text: 'Grüße', format: 'svg', correction: 'high' },
      output: [['image', z.string().endsWith('#image/svg+xml')]],
      async check({ values, read }) {
        const svg = (await read(values('image')[0])).toString()
        if (!svg.startsWith('<svg ')) throw new Error('The image is not an SVG')
      },
    },
    {
      name: 'draws the longest text',
      input: { text: 'a'.repeat(maxTextBytes), correction: 'low' },
      output: [['image', z.string().endsWith('#image/png')]],
    },
    {
      name: 'says that a text is too long for its correction',
      input: { text: 'a'.repeat(2000), correction: 'high' },
      output: [['error', /^text: is too long for a QR code/]],
    },
    {
      name: 'counts bytes, not characters',
      input: { text: '€'.repeat(1500), correction: 'low' },
      output: [['error', /^text: is too long for a QR code/]],
    },
  ],
})

interface Drawing {
  format: 'png' | 'svg'
  scale: number
  correction: 'low' | 'medium' | 'quartile' | 'high'
}

/** Space around a code, in squares (ISO/IEC 18004 §9.1). */
const quietZone = 4

async function draw(text: string, { format, scale, correction }: Drawing) {
  const { correction: levels, generate, mode } = await import('lean-qr')
  // Not ISO 8859-1 and Kanji: some readers take their bytes for UTF-8.
  const modes = [mode.numeric, mode.alphaNumeric, mode.ascii, mode.utf8]
  const level = { low: levels.L, medium: levels.M, quartile: levels.Q, high: levels.H }[correction]
  const code = encoded(() => generate(text, { minCorrectionLevel: level, modes }))
  if (format === 'png') {
    const { toPngBuffer } = await import('lean-qr/extras/node_export')
    return toPngBuffer(code, { scale, pad: quietZone, off: [255, 255, 255] })
  }
  const { toSvgSource } = await import('lean-qr/extras/svg')
  const size = scale * (code.size + 2 * quietZone)
  return toSvgSource(code, { pad: quietZone, width: size, height: size, on: 'black', off: 'white' })
}

function encoded<Code>(generate: () => Code): Code {
  try {
    return generate()
  } catch (error) {
    throw new BlockInputError(
      'text: is too long for a QR code: it has at most 2,953 bytes with low correction, and 1,273 with high',
      { cause: error },
    )
  }
}
