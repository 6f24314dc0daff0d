import { z } from 'zod'
import { WorkspaceError } from '../model/errors.ts'
import { parseName } from '../model/path.ts'

/** A field for the name of a file, by the rules of the workspace: one segment, at most 255 bytes of UTF-8, without control characters. */
export function fileName(): z.ZodType<string, string> {
  return z
    .string()
    .min(1)
    .max(255)
    .superRefine((name, issues) => {
      try {
        parseName(name)
      } catch (error) {
        if (!(error instanceof WorkspaceError)) throw error
        issues.addIssue(error.errors?.[0]?.detail ?? error.message)
      }
    })
}
