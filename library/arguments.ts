import { z } from 'zod'
import { metadataSchema } from '../shared/api/metadata-schema.ts'
import { parsed } from '../shared/api/parsed.ts'
import { parseEssence } from '../shared/media/essence.ts'
import { returnFormats } from '../shared/workspace/store-media/store-media.ts'
import { onConflictSchema } from '../shared/model/conflict/on-conflict.ts'
import { instantSchema } from '../shared/api/text-fields.ts'
import { kindSchema, originSchema, stateSchema } from '../shared/model/file.ts'
import { maxArchiveIds } from '../shared/model/folders/archive-link.ts'
import { maxShareSeconds } from '../shared/model/shares/share.ts'
import { userIdViolation } from '../shared/model/user-id.ts'

const defaultLimit = 200
const unknownType = 'application/octet-stream'
const defaultWaitSeconds = 60
const maxWaitSeconds = 3600

const text = z.string()
const signal = z.instanceof(AbortSignal, { error: 'must be an AbortSignal' }).optional()
const content = z.custom<string | Uint8Array | AsyncIterable<Uint8Array>>(isContent, {
  error: 'must be a string, a Uint8Array or an AsyncIterable of Uint8Arrays, such as a stream',
})
/** Any number. `rangeOf` checks it against the file's size. */
const position = z.custom<number>((value) => typeof value === 'number', {
  error: 'must be a number',
})

const eventNumber = z.int().min(0)

const waiting = z
  .strictObject({
    waitSeconds: z.number().min(0).max(maxWaitSeconds).default(defaultWaitSeconds),
    signal,
  })
  .prefault({})

const conflict = { overwrite: z.boolean().optional(), onConflict: onConflictSchema.optional() }

/** Schemas of the methods' arguments, by name. They validate the arguments of JavaScript callers, which no compiler checks. */
export const argumentSchemas = {
  open: z.strictObject({
    userId: userId().optional(),
    session: text.optional(),
    env: z.record(z.string(), z.string().optional()).optional(),
    fetchPolicy: z.custom<object>(isObject, { error: 'must be an object' }).optional(),
    onWarning: z.custom<unknown>(isFunction, { error: 'must be a function' }).optional(),
  }),
  forUser: z.object({ userId: userId(), session: text.optional() }),
  sweep: z.object({ signal }),
  runBlock: z.strictObject({
    session: text.optional(),
    idempotencyKey: z.string().min(1).max(255).optional(),
    signal,
  }),
  file: z.object({ file: text }),
  read: z.object({
    file: text,
    range: z.strictObject({ start: position, end: position.optional() }).optional(),
  }),
  list: z.strictObject({
    prefix: text.optional(),
    folders: z.boolean().optional(),
    session: text.optional(),
    allSessions: z.boolean().optional(),
    state: stateSchema.optional(),
    origin: originSchema.optional(),
    nameContains: text.optional(),
    kind: kindSchema.optional(),
    createdAfter: instantSchema.optional(),
    createdBefore: instantSchema.optional(),
    modifiedAfter: instantSchema.optional(),
    modifiedBefore: instantSchema.optional(),
    deleted: z.boolean().optional(),
    sort: z.enum(['created', 'path']).optional(),
    order: z.enum(['asc', 'desc']).optional(),
    limit: z.int().min(1).max(1000).default(defaultLimit),
    cursor: text.optional(),
    offset: z.int().min(0).optional(),
    total: z.boolean().optional(),
  }),
  copy: z.object({
    file: text,
    path: text,
    options: z.strictObject(conflict).default({}),
  }),
  delete: z.object({
    file: text,
    options: z.strictObject({ purge: z.boolean().optional() }).default({}),
  }),
  restore: z.object({
    file: text,
    path: text.optional(),
    options: z.strictObject({ onConflict: conflict.onConflict }).default({}),
  }),
  versions: z.object({
    file: text,
    options: z
      .strictObject({
        limit: z.int().min(1).max(1000).default(defaultLimit),
        cursor: text.optional(),
      })
      .prefault({}),
  }),
  restoreVersion: z.object({ file: text, version: text }),
  folders: z.strictObject({
    prefix: text.optional(),
    session: text.optional(),
    limit: z.int().min(1).max(1000).default(defaultLimit),
    cursor: text.optional(),
  }),
  moveFolder: z.object({ from: text, to: text, options: waiting }),
  deleteFolder: z.object({ folder: text, options: waiting }),
  restoreFolder: z.object({ from: oneOf({ folder: text, operation: text }), options: waiting }),
  operation: z.object({ id: text, options: waiting }),
  share: z.object({
    target: oneOf({ file: text, folder: text }),
    options: z
      .strictObject({ expiresIn: z.int().min(1).max(maxShareSeconds).optional() })
      .default({}),
  }),
  shares: z.strictObject({
    limit: z.int().min(1).max(1000).default(defaultLimit),
    cursor: text.optional(),
  }),
  revokeShare: z.object({ id: text }),
  events: z.strictObject({
    after: eventNumber.optional(),
    limit: z.int().min(1).max(1000).default(defaultLimit),
  }),
  follow: z.strictObject({ after: eventNumber.optional(), signal }),
  archive: oneOf({ folder: text, files: z.array(text).min(1).max(maxArchiveIds) }),
  update: z
    .strictObject({
      name: text.optional(),
      path: text.optional(),
      onConflict: conflict.onConflict,
      metadata: metadataSchema.optional(),
    })
    .refine(({ name, path }) => name === undefined || path === undefined, {
      error: 'must not be combined with "path", whose last segment is the name',
      path: ['name'],
    }),
  write: z.object({ path: text, content }),
  writeOptions: z.strictObject({
    ...conflict,
    mimeType: text
      .transform(parseEssence)
      .refine((type) => type !== undefined, 'must be a media type such as image/png')
      .default(unknownType),
    metadata: metadataSchema.optional(),
    modifiedAt: instantSchema.optional(),
    origin: originSchema.default('generated'),
    session: text.optional(),
    waitSeconds: z.number().min(0).max(maxWaitSeconds).default(defaultWaitSeconds),
    signal,
  }),
  execution: z.object({ executionId: text }),
  storeMedia: z.strictObject({
    file: text,
    context: z.strictObject({ executionId: text, sessionId: text.optional() }),
    returnFormat: z.enum(returnFormats),
    signal,
  }),
}

/** Parses arguments. Throws `invalid-request` with each invalid field; `name` is the field of the whole value. */
export function parseArguments<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  name: string,
): z.output<Schema> {
  return parsed(schema, given, name)
}

/** Converts positional arguments to an object with these keys. */
export function named(
  given: readonly unknown[],
  ...names: readonly string[]
): Record<string, unknown> {
  return Object.fromEntries(names.map((name, index) => [name, given[index]]))
}

/** An object with exactly one of these fields. */
function oneOf<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const [first = '', second = ''] = Object.keys(shape)
  return z
    .strictObject(shape)
    .partial()
    .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, {
      error: `is required, unless "${second}" is given; only one of them may be`,
      path: [first],
    })
}

function userId() {
  return text.superRefine((id, context) => {
    const rule = userIdViolation(id)
    if (rule !== undefined) context.addIssue({ code: 'custom', message: rule })
  })
}

function isContent(value: unknown): boolean {
  if (typeof value === 'string' || value instanceof Uint8Array) return true
  return isObject(value) && Symbol.asyncIterator in value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
