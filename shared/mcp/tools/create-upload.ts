import { z } from 'zod'
import { parseEssence } from '../../media/essence.ts'
import { typeOfName } from '../../media/media-types.ts'
import { resolvePath } from '../../model/access.ts'
import { invalid } from '../../model/errors.ts'
import { nameOf } from '../../model/path.ts'
import { openUpload } from '../../workspace/upload/open-upload.ts'
import { quoted } from '../shell.ts'
import { defineTool, overwrites, structured } from '../tool.ts'

/** `create_workspace_upload`: a ticket for bytes that do not fit into a message. */
export const createUploadTool = defineTool({
  name: 'create_workspace_upload',
  title: 'Upload file',
  description:
    'Returns a URL to which you send the bytes of a local file with one PUT: run the returned command, with FILE replaced by its path. Needs no browser and no token.',
  input: z.strictObject({
    path: z.string().describe('Path in the workspace'),
    sizeBytes: z.int().min(0).describe('Exact size of the local file'),
    mimeType: z.string().optional(),
    checksum: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits')
      .optional()
      .describe('SHA-256 in hex'),
    overwrite: z.boolean().default(false),
  }),
  output: z.object({
    url: z.string(),
    method: z.string(),
    command: z.string(),
    expiresAt: z.string(),
    maxBytes: z.int(),
    id: z.string(),
    path: z.string(),
    next: z.string(),
  }),
  hints: overwrites,
  async call({ ports, caller, absoluteUrl }, args) {
    const path = resolvePath(caller, args.path)
    const mimeType =
      args.mimeType === undefined
        ? (typeOfName(nameOf(path)) ?? 'application/octet-stream')
        : parseEssence(args.mimeType)
    if (mimeType === undefined) throw invalid('mimeType', 'must be a media type such as image/png')
    const { sizeBytes, checksum, overwrite } = args
    const { file, session } = await openUpload(ports, caller, {
      target: {
        path,
        mimeType,
        metadata: {},
        origin: 'agent-created',
        onConflict: overwrite ? 'replace' : 'fail',
      },
      sizeBytes,
      ...(checksum !== undefined && { expectedChecksum: checksum }),
    })
    const url = absoluteUrl(session.url)
    return structured({
      url,
      method: 'PUT',
      command: `curl -sS --fail -T 'FILE' ${quoted(url)}`,
      expiresAt: file.reservation.expiresAt,
      maxBytes: sizeBytes,
      id: file.id,
      path: file.path,
      next: `get_workspace_file file="${file.id}" waitSeconds=40`,
    })
  },
})
