import { createHash } from 'node:crypto'
import { directoryOf } from '../shared/workspace/store-media/executions.ts'
import { parseExecutionId } from '../shared/workspace/store-media/execution-id.ts'
import type { Media, MediaContext } from '../shared/workspace/store-media/store-media.ts'
import type { Caller } from '../shared/model/access.ts'
import { WorkspaceError } from '../shared/model/errors.ts'
import { argumentSchemas, named, parseArguments } from './arguments.ts'
import type { Workspace } from './workspace.ts'

type MediaMethods = Pick<Workspace, 'storeMedia' | 'executionDirectory' | 'cleanExecution'>

/** Leaves space for `~` and the hash: an execution id has at most 128 characters. */
const idPrefixLength = 95
const hashLength = 32

export function openMediaMethods(
  media: Media,
  temporaryDirectory: string,
): (caller: Caller) => MediaMethods {
  return (caller) => ({
    async storeMedia(request) {
      const { context, signal, ...rest } = parseArguments(
        argumentSchemas.storeMedia,
        request,
        'request',
      )
      return media.storeMedia({
        ...rest,
        context: contextOf(caller, context),
        ...(signal && { signal }),
      })
    },
    executionDirectory: (...given) => directoryOf(temporaryDirectory, ownExecution(caller, given)),
    cleanExecution: async (...given) => media.cleanExecution(ownExecution(caller, given)),
  })
}

function ownExecution(caller: Caller, given: readonly unknown[]): string {
  const { executionId } = parseArguments(
    argumentSchemas.execution,
    named(given, 'executionId'),
    'executionId',
  )
  return scopedExecutionId(caller, executionId)
}

/** Derives a user's execution id, so that two users with the same id have different directories. */
function scopedExecutionId({ workspaceId }: Caller, executionId: string): string {
  const id = parseExecutionId(executionId)
  const hash = createHash('sha256')
    .update(JSON.stringify([workspaceId, id]))
    .digest('hex')
  return `${id.slice(0, idPrefixLength)}~${hash.slice(0, hashLength)}`
}

function contextOf(
  caller: Caller,
  {
    executionId,
    sessionId = caller.session,
  }: { executionId: string; sessionId?: string | undefined },
): MediaContext {
  const { workspaceId, session } = caller
  const isBoundToSession = session !== undefined
  if (isBoundToSession && sessionId !== session) {
    throw new WorkspaceError(
      'forbidden',
      `This workspace is bound to the session "${session}". Leave "sessionId" out.`,
    )
  }
  return {
    userId: workspaceId,
    workspaceId,
    executionId: scopedExecutionId(caller, executionId),
    isBoundToSession,
    ...(sessionId !== undefined && { sessionId }),
  }
}
