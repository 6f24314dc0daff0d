import { z } from 'zod'
import type { FileId, WorkspacePath } from '../ids.ts'

/** A workspace keeps at least this many of its latest events, unless they are older than the retention. */
export const minEventsKept = 100_000

/** How long events are kept, unless the configuration says otherwise. */
export const defaultEventRetentionDays = 7

/**
 * What happened to a file:
 * - `created`: an upload, an import or a copy was reserved; the file is pending;
 * - `ready`, `infected`, `unscannable`: the verdict, also that of a rescan;
 * - `failed`: a pending file was removed without a verdict, or is not used; `code` says why;
 * - `replaced`: a ready file went to the trash, because another file took its path;
 * - `moved`: the file has another path, and possibly new metadata;
 * - `updated`: the file has new metadata;
 * - `deleted`: the file went to the trash;
 * - `restored`: the file left the trash, possibly to another path;
 * - `purged`: the record was deleted.
 */
const eventTypes = [
  'created',
  'ready',
  'infected',
  'unscannable',
  'failed',
  'replaced',
  'moved',
  'updated',
  'deleted',
  'restored',
  'purged',
] as const

const instant = z.iso.datetime({ precision: 3 })
const fileId = z.string().transform((id) => id as FileId)
const path = z.string().transform((text) => text as WorkspacePath)

const entry = {
  at: instant,
  type: z.enum(eventTypes),
  fileId,
  /** The path of the file after the change. */
  path,
  /** The path before the change, if it was another one. */
  from: path.optional(),
  /** The file that took the path. */
  supersededBy: fileId.optional(),
  /** Why a pending file failed. */
  code: z
    .enum([
      'digest-mismatch',
      'size-mismatch',
      'too-large',
      'quota-exceeded',
      'precondition-failed',
      'gone',
    ])
    .optional(),
}

/** The schema with which every catalog decodes its events. */
export const trailEventSchema = z.strictObject({
  /** The number of the event in its workspace: 1, 2, 3 and so on, without gaps. */
  sequence: z.int().positive(),
  ...entry,
})

export type EventType = (typeof eventTypes)[number]
export type TrailEvent = z.infer<typeof trailEventSchema>

/** An event before it has a number. */
export type TrailEntry = Omit<TrailEvent, 'sequence'>
