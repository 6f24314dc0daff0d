import { z } from 'zod'
import { metadataSchema } from '../../api/metadata-schema.ts'
import { parseEssence } from '../../media/essence.ts'
import { typeOfName } from '../../media/media-types.ts'
import { resolvePath } from '../../model/access.ts'
import { invalid } from '../../model/errors.ts'
import type { Metadata } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import { nameOf } from '../../model/path.ts'
import { bodyOf } from '../../workspace/text/text-file.ts'
import { uploadAndWait } from '../../workspace/upload/upload-and-wait.ts'
import type { Agent } from '../agent.ts'
import { ifMatchArgument, versionOf } from '../if-match.ts'
import { storedOutput, storedResult } from '../stored-result.ts'
import { defineTool, overwrites } from '../tool.ts'

const maxBytes = 256 * 1024

const input = z.strictObject({
  path: z.string().describe('Path such as /notes/plan.md'),
  content: z.string().describe('At most 256 KiB; may be empty'),
  mode: z.enum(['create', 'replace', 'append']).default('create'),
  ifMatch: ifMatchArgument,
  mimeType: z.string().optional().describe('By default from the name'),
  metadata: metadataSchema.optional(),
})

/** How long to wait for the verdict. */
export const verdictSeconds = 20

/** `write_workspace_file`: creates, replaces or continues a text. */
export const writeTool = defineTool({
  name: 'write_workspace_file',
  title: 'Write file',
  description:
    'Writes a text file. create refuses an existing path, replace moves the old version to the trash, append adds to the end and loses nothing of other writers. Pictures and other bytes: create_workspace_upload.',
  input,
  output: storedOutput,
  hints: overwrites,
  async call(agent, { path: text, content, mode, ifMatch, mimeType, metadata }) {
    const { ports, caller, signal } = agent
    const path = resolvePath(caller, text)
    const bytes = Buffer.from(content.toWellFormed())
    if (bytes.length > maxBytes) throw tooLong()
    const present =
      mode === 'create' ? undefined : await ports.catalog.getByPath(caller.workspaceId, path)
    const version = ifMatch === undefined ? undefined : versionOf(present, ifMatch)
    const type = typeFor(path, mimeType)
    if (mode === 'append') {
      const request = { path, bytes, mimeType: type, metadata, waitSeconds: verdictSeconds, signal }
      const { outcome, replaced } = await agent.append(caller, { ...request, ifMatch: version })
      return storedResult(outcome, replaced)
    }
    const request = { path, bytes, type, metadata, version, replaces: mode === 'replace' }
    const outcome = await store(agent, request)
    const isReplaced = present?.state === 'ready' && !present.isDeleted
    return storedResult(outcome, isReplaced ? present : undefined)
  },
})

interface StoreRequest {
  path: WorkspacePath
  bytes: Buffer
  type: string
  metadata: Metadata | undefined
  version: string[] | undefined
  replaces: boolean
}

function store({ ports, caller, signal }: Agent, request: StoreRequest) {
  const { path, bytes, type, metadata = {}, version, replaces } = request
  const target = {
    path,
    mimeType: type,
    metadata,
    origin: 'agent-created' as const,
    onConflict: replaces ? ('replace' as const) : ('fail' as const),
    ...(version && { mustReplace: version }),
  }
  const upload = {
    name: nameOf(path),
    mimeType: type,
    body: bodyOf(bytes),
    sizeBytes: bytes.length,
    target,
    signal,
  }
  return uploadAndWait(ports, caller, upload, { seconds: verdictSeconds, signal })
}

function typeFor(path: WorkspacePath, given: string | undefined): string {
  if (given === undefined) return typeOfName(nameOf(path)) ?? 'text/plain'
  const type = parseEssence(given)
  if (type === undefined) throw invalid('mimeType', 'must be a media type such as text/csv')
  return type
}

function tooLong() {
  return invalid(
    'content',
    `must be at most ${maxBytes} bytes; write it in parts with mode="append", or send the file with create_workspace_upload`,
  )
}
