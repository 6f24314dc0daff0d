import { z } from 'zod'
import { integer } from '../text-fields.ts'

/** `POST /render` of the service `render`: the width of the picture in pixels. */
export const renderQuery = z.strictObject({ width: integer(16, 1024) })

const pixels = integer(16, 16_384).optional()

/** `POST /normalize` of the service `render`: the bounds of the image in pixels. */
export const normalizeQuery = z.strictObject({ maxWidth: pixels, maxHeight: pixels })
