import { z } from 'zod'
import { WorkspaceError } from '../errors.ts'

const instant = z.iso.datetime({ precision: 3 })
const count = z.int().nonnegative()
const position = z.strictObject({ path: z.string(), sequence: z.int() })

const operationKinds = ['move', 'delete', 'restore'] as const

/** Why a file was left as it was. */
const folderRefusals = ['path-taken', 'not-scanned', 'quota-exceeded', 'invalid-request'] as const

const refusedFile = z.strictObject({
  id: z.string(),
  path: z.string(),
  code: z.enum(folderRefusals),
})

/** The schema with which every catalog decodes its operations. */
export const folderOperationSchema = z.strictObject({
  id: z.string(),
  workspaceId: z.string(),
  kind: z.enum(operationKinds),
  /** The folder whose files change. Ends in `/`. */
  folder: z.string(),
  /** The target of a move. Ends in `/`. */
  to: z.string().optional(),
  /** Restores only the files that were deleted at this instant: those of one operation. */
  deletedAt: instant.optional(),
  /** `stopped`: a restoration of the same files has ended it. */
  state: z.enum(['running', 'done', 'stopped']),
  /** Files that were reserved later do not change. */
  lastSequence: count,
  /** The last examined file. */
  position: position.optional(),
  examinedCount: count,
  changedCount: count,
  refusedCount: count,
  /** The first `maxRefusedKept` refused files. */
  refused: z.array(refusedFile),
  /** The files in the folder when the operation had ended its first step. */
  totalCount: count.optional(),
  /** The count has stopped: there are at least `totalCount` files. */
  totalIsMinimum: z.literal(true).optional(),
  createdAt: instant,
  /** The instant of the last step. */
  updatedAt: instant,
  /** When the record may be deleted. */
  expiresAt: instant,
})

export type FolderOperation = z.infer<typeof folderOperationSchema>
export type FolderRefusal = (typeof folderRefusals)[number]

/** The most files that one step of an operation examines. */
export const maxFilesPerStep = 50

/** The most refused files that an operation names. */
export const maxRefusedKept = 20

/** The most operations of one workspace that need more than one step at a time. */
export const maxRunningOperations = 10

/** A new operation. A restoration of the files of one deletion names the deletion instead of the folder. */
export type OperationRequest = { id: string; workspaceId: string; expiresAt: Date } & (
  | { kind: 'move'; folder: string; to: string }
  | { kind: 'delete' | 'restore'; folder: string }
  | { kind: 'restore'; undoes: string }
)

/** The operation before its first step. `undone` is the deletion that it undoes. */
export function newOperation(
  request: OperationRequest,
  {
    undone,
    lastSequence,
    now,
  }: { undone?: FolderOperation | undefined; lastSequence: number; now: Date },
): FolderOperation {
  const { id, workspaceId, kind, expiresAt } = request
  const folder = 'folder' in request ? request.folder : (undone?.folder ?? '')
  return {
    id,
    workspaceId,
    kind,
    folder,
    ...('to' in request && { to: request.to }),
    ...(undone && { deletedAt: undone.createdAt }),
    state: 'running',
    lastSequence,
    examinedCount: 0,
    changedCount: 0,
    refusedCount: 0,
    refused: [],
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}

/** The operation that a restoration has ended. */
export function stoppedOperation(operation: FolderOperation, now: Date): FolderOperation {
  return { ...operation, state: 'stopped', updatedAt: now.toISOString() }
}

export function tooManyOperations(): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `${maxRunningOperations} operations on folders of this workspace are running. Wait until one of them has ended.`,
    { retryAfterSeconds: 5 },
  )
}
