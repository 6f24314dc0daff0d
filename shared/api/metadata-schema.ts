import { z } from 'zod'
import { WorkspaceError } from '../model/errors.ts'
import { maxMetadataBytes } from '../model/file.ts'
import { assertStorable, parseJson } from './json.ts'

const tooLong = `must be at most ${maxMetadataBytes} bytes of JSON`

/** The most bytes of metadata as text. Text may contain whitespace and escapes that its value does not. */
const maxTextBytes = 4 * maxMetadataBytes

/** A JSON object of the caller. Checks the size before it processes the value. */
export const metadataSchema = z
  .unknown()
  .superRefine((value, context) => {
    const violation = violationOf(value)
    if (violation !== undefined) context.addIssue({ code: 'custom', message: violation })
  })
  .pipe(z.record(z.string(), z.json(), 'must be a JSON object'))
  .meta({ type: 'object', description: `At most ${maxMetadataBytes} bytes of JSON.` })

/** Metadata as the text of a form field or a query parameter. */
export const metadataTextSchema = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= maxTextBytes, { error: tooLong })
  .transform((text) => parseJson(text, 'metadata'))
  .pipe(metadataSchema)
  .meta({ contentMediaType: 'application/json', contentSchema: { type: 'object' } })

/** The violated rule. A caller of the library may pass a value that has no JSON text, such as a cyclic one. */
function violationOf(value: unknown): string | undefined {
  try {
    if (Buffer.byteLength(JSON.stringify(value) ?? '') > maxMetadataBytes) return tooLong
    assertStorable(value, 'metadata')
    return undefined
  } catch (error) {
    const [violation] = error instanceof WorkspaceError ? (error.errors ?? []) : []
    return violation?.detail ?? 'must be a JSON object'
  }
}
