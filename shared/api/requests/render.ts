import { z } from 'zod'
import { integer } from '../text-fields.ts'

/** `POST /render` of the service `render`: the size of the picture, and the page of a PDF. `maxBytes` asks for a picture for a model. */
export const renderQuery = z.strictObject({
  width: integer(16, 1568),
  height: integer(16, 1568).default(1568),
  maxBytes: integer(16_384, 4_194_304).optional(),
  page: integer(1, 100_000).optional(),
})

const pixels = integer(16, 16_384).optional()

/** `POST /normalize` of the service `render`: the bounds of the image in pixels. */
export const normalizeQuery = z.strictObject({ maxWidth: pixels, maxHeight: pixels })
