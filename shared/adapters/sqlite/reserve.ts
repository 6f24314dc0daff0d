import { freePath } from '../../model/conflict/numbered-path.ts'
import type { PendingFile } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import { type ReserveRequest, reservation } from '../../model/reservation.ts'
import type { Allowance } from '../../model/usage.ts'
import { isTaken } from './changes.ts'
import type { Database } from './database/database.ts'
import { insertFile, readOwner } from './rows.ts'
import { nextSequence, readUsage } from './workspaces.ts'

/** Writes a pending file, in the caller's transaction. */
export function reserveFile(
  database: Database,
  request: ReserveRequest,
  { allowance, now }: { allowance: Allowance; now: () => Date },
): PendingFile {
  const { workspaceId } = request
  const path = reservedPath(database, request)
  const facts = {
    owner: readOwner(database, workspaceId, path),
    isTaken: isTaken(database, workspaceId, path),
    usage: readUsage(database, workspaceId, allowance),
    sequence: nextSequence(database, workspaceId),
    now: now(),
  }
  const file = reservation({ ...request, path }, facts)
  insertFile(database, file, facts.now)
  return file
}

function reservedPath(
  database: Database,
  { workspaceId, path, onConflict }: ReserveRequest,
): WorkspacePath {
  if (onConflict !== 'rename') return path
  return freePath(path, (candidate) => isTaken(database, workspaceId, candidate))
}
