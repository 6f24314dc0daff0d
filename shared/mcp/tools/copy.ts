import { z } from 'zod'
import { resolvePath } from '../../model/access.ts'
import { copy } from '../../workspace/update.ts'
import { fileArgument } from '../file-argument.ts'
import { namedFile } from '../named-file.ts'
import { recordResult, storedOutput } from '../stored-result.ts'
import { defineTool, overwrites } from '../tool.ts'

/** `copy_workspace_file`: copies a file inside the store. */
export const copyTool = defineTool({
  name: 'copy_workspace_file',
  title: 'Copy file',
  description: 'Copies one file, without reading it.',
  input: z.strictObject({
    file: fileArgument,
    to: z.string().describe('The whole path of the copy'),
    overwrite: z.boolean().default(false),
  }),
  output: storedOutput,
  hints: overwrites,
  async call(agent, { file: name, to, overwrite }) {
    const { ports, caller } = agent
    const { id } = await namedFile(agent, name)
    const path = resolvePath(caller, to)
    const onConflict = overwrite ? 'replace' : 'fail'
    return recordResult(await copy(ports, caller, { id, path, onConflict }))
  },
})
