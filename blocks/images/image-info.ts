import { z } from 'zod'
import { defineBlock, media } from '../../shared/blocks/sdk.ts'
import { picture8x4 } from '../fixtures/pictures.ts'
import { runSharp } from './run-sharp.ts'

export const imageInfo = defineBlock({
  id: 'e2f6b9a3-08c4-4d7e-8f21-65a0d3b1c947',
  name: 'ImageInfo',
  description:
    'Reads the size, the format and the kind of pixels of an image from its header. Decodes no pixels.',
  categories: ['images', 'multimedia'],
  idempotent: true,
  input: z.object({ image: media({ accept: 'image/*' }).meta({ title: 'Image' }) }),
  output: z.object({
    width: z.int().meta({ title: 'Width', description: 'Pixels of a row, as displayed' }),
    height: z.int().meta({ title: 'Height', description: 'Pixels of a column, as displayed' }),
    format: z.string().meta({ title: 'Format', description: 'Such as jpeg, png, heif' }),
    frames: z.int().meta({ title: 'Frames', description: 'Frames or pages; 1 for a still image' }),
    hasAlpha: z.boolean().meta({ title: 'Has transparency' }),
    colors: z.string().meta({ title: 'Colours', description: 'Such as srgb, cmyk, b-w' }),
    density: z.number().meta({ title: 'Density', description: 'Pixels an inch, if stated' }),
  }),
  async *run({ input: { image }, output, context }) {
    const info = infoSchema.parse(await runSharp(context, { task: 'info', source: image }))
    yield output.width(info.width)
    yield output.height(info.height)
    yield output.format(info.format)
    yield output.frames(info.frames)
    yield output.hasAlpha(info.hasAlpha)
    yield output.colors(info.colors)
    if (info.density !== undefined) yield output.density(info.density)
  },
  tests: [
    {
      input: { image: picture8x4 },
      output: [
        ['width', 8],
        ['height', 4],
        ['format', 'png'],
        ['frames', 1],
        ['hasAlpha', false],
        ['colors', 'srgb'],
      ],
    },
    {
      name: 'refuses a text that is named as an image',
      files: { '/picture.png': 'not a picture' },
      input: { image: 'workspace:///picture.png' },
      output: [['error', /^image: This must be image/]],
    },
    {
      name: 'says that a header is damaged',
      input: { image: picture8x4.slice(0, 50) },
      output: [['error', /^This image cannot be decoded/]],
    },
  ],
})

const infoSchema = z.object({
  width: z.int(),
  height: z.int(),
  format: z.string(),
  frames: z.int(),
  hasAlpha: z.boolean(),
  colors: z.string(),
  density: z.number().optional(),
})
