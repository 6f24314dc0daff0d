import { parse } from 'node:path'
import { z } from 'zod'
import { BlockInputError, defineBlock, media, outputMedia } from '../../shared/blocks/sdk.ts'
import { picture8x4 } from '../fixtures/pictures.ts'
import { runSharp } from './run-sharp.ts'

const side = z.int().min(1).max(16_383)

export const resizeImage = defineBlock({
  id: '6d1b6b0e-3b0a-4c55-9d0b-6f0f0a7d2c11',
  name: 'ResizeImage',
  description: 'Scales an image to fit into a box. Never enlarges. Writes WebP, PNG, JPEG or AVIF.',
  categories: ['images', 'multimedia'],
  idempotent: true,
  input: z.object({
    image: media({ accept: 'image/*' }).meta({ title: 'Image' }),
    width: side.optional().meta({ title: 'Width', description: 'The most pixels of a row' }),
    height: side.optional().meta({ title: 'Height', description: 'The most pixels of a column' }),
    format: z.enum(['webp', 'png', 'jpeg', 'avif']).default('webp').meta({ title: 'Format' }),
    quality: z.int().min(1).max(100).default(80).meta({ title: 'Quality', advanced: true }),
  }),
  output: z.object({
    image: outputMedia({ accept: 'image/*' }),
    width: z.int(),
    height: z.int(),
  }),
  async *run({ input: { image, width, height, format, quality }, output, context }) {
    if (width === undefined && height === undefined) {
      throw new BlockInputError('width: is required without a height; set one of them')
    }
    const target = await context.newPath(parse(image).name, `.${format}`)
    const job = { source: image, target, width, height, format, quality }
    const result = sizeSchema.parse(await runSharp(context, { task: 'resize', ...job }))
    yield output.image(target)
    yield output.width(result.width)
    yield output.height(result.height)
  },
  tests: [
    {
      input: { image: picture8x4, width: 4 },
      output: [
        ['image', /^workspace:\/\/[0-9a-f-]{36}#image\/webp$/],
        ['width', 4],
        ['height', 2],
      ],
      async check({ values, read }) {
        const bytes = await read(values('image')[0])
        if (bytes.subarray(8, 12).toString() !== 'WEBP') throw new Error('The image is not a WebP')
      },
    },
    {
      name: 'never enlarges',
      input: { image: picture8x4, height: 400, format: 'png' },
      output: [
        ['image', z.string().endsWith('#image/png')],
        ['width', 8],
        ['height', 4],
      ],
    },
    {
      name: 'scales a file whose name is that of the output',
      files: { '/resized.webp': Buffer.from(picture8x4.replace(/^.*,/, ''), 'base64') },
      input: { image: 'workspace:///resized.webp', width: 4 },
      output: [
        ['image', z.string().endsWith('#image/webp')],
        ['width', 4],
        ['height', 2],
      ],
    },
    {
      name: 'refuses a file that is not an image',
      input: { image: 'data:text/plain,hello', width: 4 },
      output: [['error', 'image: This must be image/*, and is text/plain.']],
    },
    {
      name: 'says that an image is damaged',
      input: { image: picture8x4.slice(0, 60), width: 4 },
      output: [['error', /^This image cannot be decoded/]],
    },
    {
      name: 'needs a side',
      input: { image: picture8x4 },
      output: [['error', 'width: is required without a height; set one of them']],
    },
  ],
})

const sizeSchema = z.object({ width: z.int(), height: z.int() })
