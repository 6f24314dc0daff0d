import { runOperation } from '../folders/run-operation.ts'
import { ago, startPosition, type OpenPhase } from './phase.ts'
import { count, fail } from './report.ts'

/** The most operations that one sweep continues. */
const maxOperations = 100

/** Continues operations on folders whose process has ended, or whose client no longer waits. */
export const folders: OpenPhase =
  (context) =>
  async (_, { isOver, examined }) => {
    const { ports, report, dryRun, pendingAgeSeconds } = context
    // A process takes the steps of younger operations.
    const before = ago(context, pendingAgeSeconds * 1000)
    for (const operation of await ports.folders.listRunning({ before, limit: maxOperations })) {
      if (isOver()) return startPosition
      const name = `${operation.workspaceId}/${operation.id}`
      try {
        if (!dryRun) await runOperation(ports, operation, isOver)
        count(report, 'continued', name)
      } catch (error) {
        fail(report, name, error)
      }
      examined()
    }
    return undefined
  }
