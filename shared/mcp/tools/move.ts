import { z } from 'zod'
import { resolvePath } from '../../model/access.ts'
import { update } from '../../workspace/update.ts'
import { tagOf } from '../etag.ts'
import { fileArgument } from '../file-argument.ts'
import { ifMatchArgument, versionOf } from '../if-match.ts'
import { namedFile } from '../named-file.ts'
import { changes, defineTool, structured } from '../tool.ts'

/** `move_workspace_file`: renames or moves a file. Moves no bytes. */
export const moveTool = defineTool({
  name: 'move_workspace_file',
  title: 'Move file',
  description: 'Renames or moves one file, without reading it. A taken path is refused.',
  input: z.strictObject({
    file: fileArgument,
    to: z.string().describe('The whole new path, with the name'),
    ifMatch: ifMatchArgument,
  }),
  output: z.object({
    from: z.string(),
    path: z.string(),
    id: z.string(),
    etag: z.string().optional(),
  }),
  hints: changes,
  async call(agent, { file: name, to, ifMatch }) {
    const { ports, caller } = agent
    const file = await namedFile(agent, name)
    const version = ifMatch === undefined ? undefined : versionOf(file, ifMatch)
    const path = resolvePath(caller, to)
    const moved = await update(ports, caller, file.id, { path, ifMatch: version })
    const etag = tagOf(moved)
    return structured({
      from: file.path,
      path: moved.path,
      id: moved.id,
      ...(etag !== undefined && { etag }),
    })
  },
})
