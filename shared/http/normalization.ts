import type { Context } from 'hono'
import { chosenNormalization, normalizationTextSchema } from '../api/normalization.ts'
import type { NormalizeOptions } from '../ports/renderer.ts'
import type { AppEnv } from './app-env.ts'
import { parseQuery } from './query.ts'

/**
 * How an upload's image is to be written anew, from `normalize=image`; undefined where the bytes are kept as they come.
 * In the query only: a form's fields may come after its file.
 */
export function normalizationOf(c: Context<AppEnv>): NormalizeOptions | undefined {
  return chosenNormalization(parseQuery(c, normalizationTextSchema))
}
