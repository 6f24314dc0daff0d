import { z } from 'zod'
import { awaitCall } from '../stored-result.ts'
import { editText } from '../../workspace/text/edit-text.ts'
import { shortTag, tagOf } from '../etag.ts'
import { ifMatchArgument, versionOf } from '../if-match.ts'
import { namedFile } from '../named-file.ts'
import { fileArgument } from '../file-argument.ts'
import { defineTool, overwrites, structured } from '../tool.ts'
import { unifiedDiff } from '../text/unified-diff.ts'
import { verdictSeconds } from './write.ts'

const edit = z.strictObject({
  oldText: z.string().min(1).describe('Exact text, which must occur once'),
  newText: z.string(),
  all: z.boolean().default(false).describe('Replace every occurrence'),
})

/** `edit_workspace_file`: replaces parts of a text and shows the difference. */
export const editTool = defineTool({
  name: 'edit_workspace_file',
  title: 'Edit file',
  description:
    'Replaces parts of a text of up to 1 MiB, all edits or none, and returns the diff. A line break matches LF and CRLF. dryRun only shows the diff.',
  input: z.strictObject({
    file: fileArgument,
    edits: z.array(edit).min(1).max(20),
    dryRun: z.boolean().default(false),
    ifMatch: ifMatchArgument,
  }),
  output: z.object({
    path: z.string(),
    id: z.string().optional(),
    etag: z.string().optional(),
    state: z.string().optional(),
    replacements: z.int(),
    diff: z.string(),
    next: z.string().optional(),
  }),
  hints: overwrites,
  async call(agent, { file: name, edits, dryRun, ifMatch }) {
    const { ports, caller, signal } = agent
    const found = await namedFile(agent, name)
    const { path } = found
    const version = ifMatch === undefined ? undefined : versionOf(found, ifMatch)
    const request = { path, edits, dryRun, ifMatch: version, waitSeconds: verdictSeconds, signal }
    const { before, after, base, outcome, replacements } = await editText(ports, caller, request)
    const diff = await unifiedDiff(before, after)
    if (!outcome) return structured({ path, etag: shortTag(base), replacements, diff })
    const { id, state } = outcome.file
    const etag = tagOf(outcome.file)
    return structured({
      path,
      id,
      state,
      ...(etag !== undefined && { etag }),
      replacements,
      diff,
      ...(state === 'pending' && { next: awaitCall(id) }),
    })
  },
})
