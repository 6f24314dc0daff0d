import { z } from 'zod'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import { parseName } from '../../model/path.ts'
import { resolvePath, type Caller } from '../../model/access.ts'
import { importAndWait } from '../../workspace/import-and-wait.ts'
import type { SourceFile } from '../../workspace/import.ts'
import { isRemote } from '../../workspace/open-source.ts'
import type { UploadTarget } from '../../model/reservation.ts'
import type { Agent } from '../agent.ts'
import { storedOutput, storedResult } from '../stored-result.ts'
import { defineTool, overwrites } from '../tool.ts'

const maxSourceLength = 64 * 1024

/** Leaves time for the rest of the call, which ends after 45 s. */
const importSeconds = 40
/** After this time an import continues after the call, where it can. */
const detachSeconds = 35

/** Time between two notifications of progress, which keep a client from giving up. */
const progressMs = 5000

/** `import_workspace_file`: copies a source into the workspace without passing it through the model. */
export const importTool = defineTool({
  name: 'import_workspace_file',
  title: 'Import file',
  description:
    'Copies a file from the web or from another reference into the workspace, without reading it.',
  input: z.strictObject({
    source: z
      .string()
      .max(maxSourceLength)
      .describe('https URL, data URI up to 64 KiB, or gcs:// object'),
    path: z.string().optional().describe('By default the name of the source, at the root'),
    overwrite: z.boolean().default(false),
  }),
  output: storedOutput,
  hints: { ...overwrites, openWorldHint: true },
  async call(agent, { source, path, overwrite }) {
    const { ports, caller, signal, detach } = agent
    if (!isRemote(source)) throw notRemote()
    using entered = new DisposableStack()
    entered.use(agent.imports.enter(caller.workspaceId))
    using _reporting = reportTime(agent)
    const deadline = AbortSignal.timeout(importSeconds * 1000)
    const transfer = entered.move()
    const target = (file: SourceFile) => targetOf(caller, file, { path, overwrite })
    const wait = {
      seconds: detach ? detachSeconds : importSeconds,
      signal: AbortSignal.any([signal, deadline]),
      onTransferred: () => transfer.dispose(),
      ...(detach && { detach }),
    }
    try {
      return storedResult(await importAndWait(ports, caller, { source, target }, wait))
    } catch (error) {
      throw deadline.aborted ? tooSlow() : error
    }
  },
})

/** Tells the client every few seconds that the import still runs. */
function reportTime({ progress }: Pick<Agent, 'progress'>): Disposable {
  const startedAt = performance.now()
  const report = () => progress(Math.round((performance.now() - startedAt) / 1000), importSeconds)
  const timer = setInterval(report, progressMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function tooSlow(): WorkspaceError {
  return new WorkspaceError('timeout', 'The import took too long.')
}

function targetOf(
  caller: Caller,
  file: SourceFile,
  { path, overwrite }: { path: string | undefined; overwrite: boolean },
): UploadTarget {
  const root = caller.session === undefined ? '/' : ''
  return {
    path: resolvePath(caller, path ?? `${root}${parseName(file.name)}`),
    mimeType: file.mimeType,
    metadata: file.metadata ?? {},
    origin: file.origin ?? 'agent-created',
    onConflict: overwrite ? 'replace' : 'fail',
  }
}

function notRemote() {
  return invalid(
    'source',
    'must be an https URL, a data URI or a gcs:// object. Send a local file with create_workspace_upload',
  )
}
