import { z } from 'zod'
import { resolvePath } from '../../model/access.ts'
import { restore } from '../../workspace/update.ts'
import { fileArgument } from '../file-argument.ts'
import { namedFile } from '../named-file.ts'
import { recordResult, storedOutput } from '../stored-result.ts'
import { changes, defineTool } from '../tool.ts'

/** `restore_workspace_file`: brings a file back from the trash. */
export const restoreTool = defineTool({
  name: 'restore_workspace_file',
  title: 'Restore file',
  description:
    'Brings a file or an older version back from the trash, to its path or to another. list_workspace_files with deleted=true and detail="full" shows the ids.',
  input: z.strictObject({ file: fileArgument, to: z.string().optional() }),
  output: storedOutput,
  hints: { ...changes, idempotentHint: true },
  async call(agent, { file: name, to }) {
    const { ports, caller } = agent
    const { id } = await namedFile(agent, name)
    const path = to === undefined ? undefined : resolvePath(caller, to)
    return recordResult(await restore(ports, caller, id, { path }))
  },
})
