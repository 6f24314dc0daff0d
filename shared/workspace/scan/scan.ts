import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { readerOf } from '../../media/formats/read-at.ts'
import { EncodingProbe } from '../../media/text-encoding.ts'
import { isTextFormat } from '../../media/text-formats.ts'
import { detectType, sniffedBytes } from '../../media/sniff/detect-type.ts'
import type { PendingFile, Scan } from '../../model/file.ts'
import { scanBody } from './scan-body.ts'
import type { SettleResult } from '../../model/settlement.ts'
import type { ByteRange, FinalizeEvent } from '../../ports/blob-store.ts'
import type { Ports } from '../../ports/ports.ts'
import type { ScanOptions } from '../../ports/scanner.ts'
import { quarantineOrDelete } from './quarantine-or-delete.ts'
import { ownerOf } from '../../model/storage-path.ts'
import { deletePurged } from '../trim.ts'

type ScanPorts = Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now' | 'quarantine'>

/**
 * Scans one generation and settles its file. Throws if the event must be delivered again: if the scanner fails, the file
 * stays pending. Resolves to undefined if the event does not belong to a pending file.
 */
export async function scan(
  ports: ScanPorts,
  event: FinalizeEvent,
  signal?: AbortSignal,
): Promise<SettleResult | undefined> {
  const { catalog, blobs } = ports
  const owner = ownerOf(event.storagePath)
  const file = owner && (await catalog.get(owner.workspaceId, owner.id))
  if (!file || file.storagePath !== event.storagePath) return undefined
  // An earlier delivery settled the file and crashed before it removed the bytes.
  if (file.state === 'infected' || file.state === 'unscannable')
    await quarantineOrDelete(ports, file)
  if (file.state !== 'pending') return undefined
  const body = await blobs.read(event)
  if (!body) return undefined

  const reopen = (range?: ByteRange) => blobs.read(event, range)
  const { workspaceId } = file
  const found = await examine(ports, file, body, {
    reopen,
    workspaceId,
    ...(signal && { signal }),
  })
  const result = await catalog.settle(file, {
    generation: event.generation,
    ...found,
  })
  if (result.settled) await disposeRejected(ports, result, event)
  await deletePurged(ports, file.workspaceId, result.purged)
  return result
}

async function disposeRejected(
  ports: ScanPorts,
  { file }: SettleResult,
  event: FinalizeEvent,
): Promise<void> {
  if (file === undefined) await ports.blobs.remove(event)
  else if (file.state !== 'ready') await quarantineOrDelete(ports, file)
}

/** Reads the bytes once. Scans them and determines their size, SHA-256, type and encoding. */
async function examine(ports: ScanPorts, file: PendingFile, body: Readable, options: ScanOptions) {
  const hash = createHash('sha256')
  const head: Buffer[] = []
  const encoding = new EncodingProbe()
  let sizeBytes = 0
  const measure = (chunk: Buffer) => {
    if (sizeBytes < sniffedBytes) head.push(chunk.subarray(0, sniffedBytes - sizeBytes))
    sizeBytes += chunk.length
    hash.update(chunk)
    encoding.add(chunk)
    return chunk
  }
  async function* measured() {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) yield measure(chunk)
  }
  try {
    const empty = file.reservation.maxBytes === 0
    const tap = Readable.from(measured())
    // Not `events.once`: it rejects if a scanner with an early verdict aborts the tap.
    const closed = new Promise((resolve) => tap.once('close', resolve))
    const scan = empty ? emptyScan(ports) : await scanBody(ports, tap, options)
    // A scanner can return before the end of the body. Reads the rest, because the checksum covers all bytes.
    tap.destroy()
    await closed
    for await (const chunk of body) measure(chunk)
    const hint = { declared: file.mimeType, name: file.name }
    const begin = Buffer.concat(head)
    const read = readerOf(options.reopen, { head: begin, sizeBytes })
    const mimeType = await detectType(begin, hint, { sizeBytes, read })
    const charset = isTextFormat(mimeType) ? encoding.charset : undefined
    return {
      sizeBytes,
      checksum: hash.digest('hex'),
      mimeType,
      ...(charset && { charset }),
      scan,
    }
  } finally {
    body.destroy()
  }
}

function emptyScan({ now }: ScanPorts): Scan {
  const scannedAt = now().toISOString()
  return { verdict: 'clean', engine: 'empty-file', signatureVersion: null, scannedAt }
}
