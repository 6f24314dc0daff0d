import { z } from 'zod'
import { remove } from '../../workspace/delete.ts'
import { fileArgument } from '../file-argument.ts'
import { ifMatchArgument, versionOf } from '../if-match.ts'
import { namedFile } from '../named-file.ts'
import { restorableUntil } from '../restorable.ts'
import { defineTool, overwrites, structured } from '../tool.ts'

/** `delete_workspace_file`: moves a file to the trash. An agent cannot purge. */
export const deleteTool = defineTool({
  name: 'delete_workspace_file',
  title: 'Delete file',
  description:
    'Moves one file to the trash, from which restore_workspace_file brings it back. Cancels an upload that is not complete.',
  input: z.strictObject({ file: fileArgument, ifMatch: ifMatchArgument }),
  output: z.object({
    path: z.string(),
    id: z.string(),
    restorableUntil: z.string().optional(),
  }),
  hints: { ...overwrites, idempotentHint: true },
  async call(agent, { file: name, ifMatch }) {
    const { ports, caller } = agent
    const { id, path, state } = await namedFile(agent, name).then((file) => {
      if (ifMatch !== undefined) versionOf(file, ifMatch)
      return file
    })
    await remove(ports, caller, { id })
    const deleted =
      state === 'pending' ? undefined : await ports.catalog.get(caller.workspaceId, id)
    const until = deleted && restorableUntil(deleted, ports.limits)
    return structured({ path, id, ...(until !== undefined && { restorableUntil: until }) })
  },
})
