import { z } from 'zod'
import { modifiedAtOf, type FileRecord, type Scan } from '../../model/file.ts'
import type { Limits } from '../../ports/ports.ts'
import { awaitVerdict } from '../../workspace/upload/await-verdict.ts'
import { tagOf } from '../etag.ts'
import { fileArgument } from '../file-argument.ts'
import { namedFile } from '../named-file.ts'
import { restorableUntil } from '../restorable.ts'
import { defineTool, reads, structured } from '../tool.ts'

/** Leaves time for the rest of the call, which ends after 45 s. */
const maxWaitSeconds = 40

/** `get_workspace_file`: the record of a file, after its verdict if the caller waits. */
export const getTool = defineTool({
  name: 'get_workspace_file',
  title: 'Get file details',
  description:
    'Returns the details of one file, also of one in the trash: id, state, size, etag, checksum, scan, metadata. waitSeconds waits for the verdict of the virus scan.',
  input: z.strictObject({
    file: fileArgument,
    waitSeconds: z.int().min(0).max(maxWaitSeconds).default(0),
  }),
  output: z.object({
    id: z.string(),
    path: z.string(),
    state: z.string(),
    mimeType: z.string(),
    sizeBytes: z.int(),
    etag: z.string().optional(),
    checksum: z.string().optional(),
    scan: z.record(z.string(), z.unknown()).optional(),
    origin: z.string(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    createdAt: z.string(),
    modifiedAt: z.string(),
    deletedAt: z.string().optional(),
    restorableUntil: z.string().optional(),
  }),
  hints: reads,
  async call(agent, { file: name, waitSeconds }) {
    const { ports, signal } = agent
    const found = await namedFile(agent, name)
    const waits = found.state === 'pending' && waitSeconds > 0
    const file = waits ? await awaitVerdict(ports, found, { seconds: waitSeconds, signal }) : found
    return structured(detailsOf(file, ports.limits))
  },
})

function detailsOf(file: FileRecord, limits: Limits) {
  const { id, path, state, mimeType, sizeBytes, checksum, scan, origin, metadata } = file
  const { createdAt, deletedAt } = file
  const etag = tagOf(file)
  return {
    id,
    path,
    state,
    mimeType,
    sizeBytes,
    ...(etag !== undefined && { etag }),
    ...(checksum !== null && { checksum }),
    ...(scan && { scan: verdictOf(scan) }),
    origin,
    ...(Object.keys(metadata).length > 0 && { metadata }),
    createdAt,
    modifiedAt: modifiedAtOf(file),
    ...(deletedAt !== null && {
      deletedAt,
      restorableUntil: restorableUntil(file, limits),
    }),
  }
}

function verdictOf(scan: Scan) {
  const { verdict, scannedAt } = scan
  return {
    verdict,
    ...(scan.verdict === 'infected' && { threat: scan.threat }),
    ...(scan.verdict === 'unscannable' && { reason: scan.reason }),
    scannedAt,
  }
}
