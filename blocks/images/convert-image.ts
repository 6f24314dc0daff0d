import { parse } from 'node:path'
import { z } from 'zod'
import { defineBlock, media, outputMedia } from '../../shared/blocks/sdk.ts'
import { picture8x4 } from '../fixtures/pictures.ts'
import { runSharp } from './run-sharp.ts'

const endings = {
  webp: '.webp',
  png: '.png',
  jpeg: '.jpg',
  avif: '.avif',
  gif: '.gif',
  tiff: '.tif',
}

export const convertImage = defineBlock({
  id: 'c1d0a7f4-52e9-4b0e-9a53-7be6f24c3d18',
  name: 'ConvertImage',
  description:
    'Writes an image in another format, upright and without its metadata. Keeps animations in GIF and WebP, and the first frame in other formats.',
  categories: ['images', 'multimedia'],
  idempotent: true,
  input: z.object({
    image: media({ accept: 'image/*' }).meta({ title: 'Image' }),
    format: z
      .enum(['webp', 'png', 'jpeg', 'avif', 'gif', 'tiff'])
      .meta({ title: 'Format', description: 'The format to write' }),
    quality: z.int().min(1).max(100).default(80).meta({ title: 'Quality', advanced: true }),
    background: z
      .string()
      .regex(/^#[0-9a-f]{6}$/i)
      .default('#ffffff')
      .meta({
        title: 'Background',
        description: 'The colour behind transparent pixels, for JPEG',
        placeholder: '#ffffff',
        advanced: true,
      }),
  }),
  output: z.object({ image: outputMedia({ accept: 'image/*' }) }),
  async *run({ input: { image, format, quality, background }, output, context }) {
    const target = await context.newPath(parse(image).name, endings[format])
    const job = { source: image, target, format, quality, background }
    await runSharp(context, { task: 'convert', ...job })
    yield output.image(target)
  },
  tests: [
    {
      input: { image: picture8x4, format: 'jpeg' },
      output: [['image', z.string().endsWith('#image/jpeg')]],
      async check({ values, read }) {
        const bytes = await read(values('image')[0])
        if (bytes.readUInt16BE() !== 0xffd8) throw new Error('The image is not a JPEG')
      },
    },
    ...(['webp', 'png', 'avif', 'gif', 'tiff'] as const).map((format) => ({
      name: `writes ${format}`,
      input: { image: picture8x4, format },
      output: [['image', z.string().endsWith(`#image/${format}`)] as const],
    })),
    {
      name: 'does not draw SVG',
      input: {
        image: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>',
        format: 'png',
      },
      output: [['error', /^This image cannot be decoded/]],
    },
    {
      name: 'says that an image is damaged',
      input: { image: picture8x4.slice(0, 60), format: 'png' },
      output: [['error', /^This image cannot be decoded/]],
    },
  ],
})
