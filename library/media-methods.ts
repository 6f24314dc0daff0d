import { directoryOf } from '../shared/media/store/executions.ts'
import { openMedia, type MediaContext, type MediaPorts } from '../shared/media/store-media.ts'
import type { Caller } from '../shared/workspace/access.ts'
import { WorkspaceError } from '../shared/workspace/errors.ts'
import type { MediaRequest } from './store-media.ts'
import type { Workspace } from './workspace.ts'

type MediaMethods = Pick<Workspace, 'storeMedia' | 'executionDirectory' | 'cleanExecution'>

/** One for all users of the stores: it keeps count of what each execution holds. */
export function openMediaMethods(
  ports: MediaPorts,
  temporaryDirectory: string,
): (caller: Caller) => MediaMethods {
  const media = openMedia(ports, { temporaryDirectory })
  return (caller) => ({
    storeMedia: async ({ context, ...request }) =>
      media.storeMedia({ ...request, context: contextOf(caller, context) }),
    executionDirectory: (executionId) => directoryOf(temporaryDirectory, executionId),
    cleanExecution: (executionId) => media.cleanExecution(executionId),
  })
}

function contextOf(
  { workspaceId, session }: Caller,
  { executionId, sessionId = session }: MediaRequest['context'],
): MediaContext {
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
    executionId,
    isBoundToSession,
    ...(sessionId !== undefined && { sessionId }),
  }
}
