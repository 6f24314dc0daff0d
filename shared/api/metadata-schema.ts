import { z } from 'zod'
import { WorkspaceError } from '../model/errors.ts'
import { maxMetadataBytes } from '../model/file.ts'
import { assertKeepable, parseJson } from './json.ts'

const tooLong = `must be at most ${maxMetadataBytes} bytes of JSON`

/** Of text, which may have blanks and escapes that its value has not. */
const maxTextBytes = 4 * maxMetadataBytes

/** The caller's own JSON object, within its size. The size is checked before the value is walked. */
export const metadataSchema = z
  .unknown()
  .superRefine((value, context) => {
    const broken = ruleBrokenBy(value)
    if (broken !== undefined) context.addIssue({ code: 'custom', message: broken })
  })
  .pipe(z.record(z.string(), z.json(), 'must be a JSON object'))

/** The same as the text of a form field or a query parameter. */
export const metadataTextSchema = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= maxTextBytes, { error: tooLong })
  .transform((text) => parseJson(text, 'metadata'))
  .pipe(metadataSchema)

/** A caller of the library may give a value that no JSON text stands for, such as one that holds itself. */
function ruleBrokenBy(value: unknown): string | undefined {
  try {
    if (Buffer.byteLength(JSON.stringify(value) ?? '') > maxMetadataBytes) return tooLong
    assertKeepable(value, 'metadata')
    return undefined
  } catch (error) {
    const [broken] = error instanceof WorkspaceError ? (error.errors ?? []) : []
    return broken?.detail ?? 'must be a JSON object'
  }
}
