import { CofferError } from './coffer-error.ts'
import type { Connection } from './connection.ts'
import { createControl } from './control.ts'
import { sendDirect } from './direct.ts'
import { fingerprintOf, hasDigests } from './fingerprint.ts'
import type { Job } from './job.ts'
import type { Remembered } from './remembered.ts'
import { sendResumable } from './resumable.ts'
import { onAbort } from './on-abort.ts'
import { getFile, settled } from './settled.ts'
import type { Body, FileView, ReadyFile, Upload, UploadOptions } from './types.ts'

/** Larger files are sent in chunks: Cloud Run takes 32 MiB in one request, and a slow line needs minutes for fewer. */
const maxDirectBytes = 8 * 1024 * 1024
const defaultWaitSeconds = 60

/** Starts an upload. Throws `TypeError` for options that no upload can have. */
export function startUpload(
  connection: Connection,
  remembered: Remembered,
  body: Body,
  options: UploadOptions,
): Upload {
  const strategy = strategyOf(body, options)
  const control = createControl(connection.retry)
  const { signal, onProgress } = options
  const report: Job['report'] = (phase, sentBytes) =>
    onProgress?.({ phase, sentBytes, totalBytes: body.size })
  const job = { body, options, connection, control, remembered, report }
  const ignore = onAbort(signal, () => control.cancel(signal?.reason))
  const done = run(job, strategy).finally(ignore)
  return {
    done,
    get state() {
      return control.state()
    },
    pause: control.pause,
    resume: control.resume,
    cancel: () => control.cancel(),
  }
}

async function run(job: Job, strategy: Strategy): Promise<ReadyFile> {
  const { body, control, report } = job
  try {
    control.enter('uploading')
    report('uploading', 0)
    const file = await send(job, strategy)
    control.enter('scanning')
    report('scanning', body.size)
    const ready = await readyOf(job, file)
    control.enter('ready')
    report('done', body.size)
    return ready
  } catch (error) {
    control.enter('failed')
    throw error
  }
}

async function send(job: Job, strategy: Strategy): Promise<FileView> {
  if (strategy !== 'resumable') return sendDirect(job, strategy)
  const { options, connection, control, remembered } = job
  const isKept = remembered.isKept && options.resume !== false
  const fingerprint = isKept ? await fingerprintOf(job) : undefined
  const isFree = fingerprint !== undefined && !remembered.active.has(fingerprint)
  if (isFree) remembered.active.add(fingerprint)
  try {
    const id = await sendResumable(job, isFree ? fingerprint : undefined)
    return await getFile(connection, id, 0, control.signal)
  } finally {
    if (isFree) remembered.active.delete(fingerprint)
  }
}

async function readyOf({ connection, options, control }: Job, sent: FileView): Promise<ReadyFile> {
  const { signal } = control
  const { waitSeconds: seconds = defaultWaitSeconds } = options
  const file = await settled(connection, sent, { seconds, signal })
  if (file.state === 'ready') return file
  if (file.state === 'pending') {
    const detail = 'The file has no verdict yet. Wait for it with get(id, { wait }).'
    throw new CofferError('not-scanned', detail, { status: 202, file })
  }
  throw new CofferError(file.state, `The file is ${file.state}.`, { status: 422, file })
}

type Strategy = 'raw' | 'multipart' | 'resumable'

const given = (...values: unknown[]) => values.filter((value) => value !== undefined).length

function strategyOf(body: Body, options: UploadOptions): Strategy {
  const { path, name, ifMatch, overwrite, onConflict, checksum, metadata } = options
  const { strategy = 'auto', chunkBytes = 1 } = options
  const isAbsolute = path?.startsWith('/') ?? false
  const isRaw = ifMatch !== undefined || strategy === 'raw'
  const rules: [isBroken: boolean, rule: string][] = [
    [!(body instanceof Blob), 'The bytes to upload must be a Blob or File'],
    [given(path, name) > 1, 'Give "path" or "name", not both'],
    [
      given(ifMatch, overwrite, onConflict) > 1,
      'Give only one of "ifMatch", "overwrite" and "onConflict"',
    ],
    [!(chunkBytes > 0), '"chunkBytes" must be positive'],
    [isRaw && !isAbsolute, '"ifMatch" and strategy "raw" need an absolute "path"'],
    [isRaw && metadata !== undefined, 'Strategy "raw" sends no "metadata"'],
    [isRaw && !['raw', 'auto'].includes(strategy), '"ifMatch" needs "raw"'],
    [
      strategy === 'multipart' && checksum !== undefined,
      'Strategy "multipart" sends no "checksum"',
    ],
  ]
  for (const [isBroken, rule] of rules) if (isBroken) throw new TypeError(rule)
  if (isRaw) return 'raw'
  if (strategy !== 'auto') return strategy
  const mayBeRaw = isAbsolute && metadata === undefined
  // If the answer is lost, a renamed file cannot be found by its path, and no file by its checksum in a page without TLS.
  if (onConflict === 'rename' || !hasDigests()) return 'resumable'
  if (body.size > maxDirectBytes || (checksum !== undefined && !mayBeRaw)) return 'resumable'
  return mayBeRaw ? 'raw' : 'multipart'
}
