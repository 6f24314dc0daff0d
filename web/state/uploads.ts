import { computed, signal } from '@preact/signals'
import {
  CofferError,
  type FileView,
  type Upload as RunningUpload,
} from '../../shared/client/coffer.ts'
import { forgetHandle, keepHandle, type FileHandle } from '../uploads/handles.ts'
import { coffer } from './client.ts'
import { announce } from './toasts.ts'

export type Answer = 'rename' | 'replace' | 'skip'
export type JobState = 'waiting' | 'uploading' | 'paused' | 'asks' | 'scanning' | 'done' | 'failed'

export interface Job {
  id: number
  file: File
  path: string
  state: JobState
  sentBytes: number
  /** When the bytes that this page sends began, and at how many. */
  since?: { at: number; bytes: number }
  /** Why it failed, in words of the service. */
  error?: unknown
  /** Where the file is, once it is ready. */
  storedPath?: string
  conflict?: Answer
  upload?: RunningUpload
  /** The id of the file, once all bytes have arrived. */
  fileId?: string
  handle?: NewUpload['handle']
}

/** Uploads that send at the same time. HTTP/1.1 has six connections to a host, and the list needs some. */
const concurrency = 3
const chunkBytes = 8 * 1024 * 1024
/** A finished job leaves the tray after this time. */
const shownMs = 5000

export const jobs = signal<readonly Job[]>([])
/** The answer for all further conflicts, until no upload is left. */
const answerForAll = signal<Answer | undefined>(undefined)
let nextId = 1

const isSending = ({ state }: Job) => state === 'uploading' || state === 'paused'
/** Whether closing the page would stop the upload, or lose the question. */
export const needsPage = (job: Job) => isSending(job) || ['waiting', 'asks'].includes(job.state)
const isUnfinished = (job: Job) => isSending(job) || ['waiting', 'scanning'].includes(job.state)

export const activeUploads = computed(() => jobs.value.filter(isUnfinished).length)
/** Files that wait for a free place. A walk of a dropped folder continues when there are few. */
export const waitingUploads = computed(
  () => jobs.value.filter(({ state }) => state === 'waiting').length,
)

interface NewUpload {
  file: File
  path: string
  /** Finds the file again after a reload, where the browser can. */
  handle?: () => Promise<FileHandle | null>
}

export function addUploads(uploads: readonly NewUpload[]): void {
  const added = uploads.map(({ file, path, handle }): Job => ({
    id: nextId++,
    file,
    path,
    state: 'waiting',
    sentBytes: 0,
    ...(handle && { handle }),
  }))
  jobs.value = [...jobs.value, ...added]
  startNext()
}

function change(id: number, changes: Partial<Job>): void {
  jobs.value = jobs.value.map((job) => (job.id === id ? { ...job, ...changes } : job))
}

function startNext(): void {
  const free = concurrency - jobs.value.filter(isSending).length
  const next = jobs.value.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, free))
  for (const job of next) void run(job)
  if (activeUploads.value === 0 && !jobs.value.some(({ state }) => state === 'asks')) {
    answerForAll.value = undefined
  }
}

async function run({ id, file, path, conflict, handle }: Job): Promise<void> {
  change(id, { state: 'uploading', sentBytes: 0 })
  let since: Job['since']
  void handle?.().then((found) => found && keepHandle(path, file, found))
  try {
    const upload = coffer.upload(file, {
      path,
      chunkBytes,
      // Verdicts come as events: a request for each would take the few connections to the service.
      waitSeconds: 0,
      ...(conflict && conflict !== 'skip' && { onConflict: conflict }),
      onProgress({ sentBytes }) {
        // A resumed upload begins at the bytes that the service has.
        since ??= sentBytes > 0 ? { at: Date.now(), bytes: sentBytes } : undefined
        change(id, { sentBytes, ...(since && { since }) })
      },
    })
    change(id, { upload })
    finish(id, await upload.done)
  } catch (error) {
    settle(id, error)
  }
  startNext()
}

function finish(id: number, { path, name }: Pick<FileView, 'path' | 'name'>): void {
  const handle = jobs.value.find((job) => job.id === id)?.handle
  if (handle) void forgetHandle(path)
  change(id, { state: 'done', storedPath: path })
  announce(`${name} is uploaded`)
  setTimeout(() => dismiss(id), shownMs)
}

function settle(id: number, error: unknown): void {
  const job = jobs.value.find((it) => it.id === id)
  // A cancelled job has left the list.
  if (!job) return
  if (error instanceof CofferError && error.code === 'path-taken' && !job.conflict) {
    change(id, { state: 'asks' })
    if (answerForAll.value) answer(id, answerForAll.value)
    return
  }
  if (error instanceof CofferError && error.code === 'not-scanned' && error.file) {
    const { id: fileId } = error.file
    change(id, { state: 'scanning', fileId })
    // The verdict may have come before the answer to the upload.
    if (settled.has(fileId)) void readVerdict(id, fileId)
    return
  }
  change(id, { state: 'failed', error })
}

/** Ids of files that have had a verdict lately. */
const settled = new Set<string>()
const mostSettled = 1000
const settling = new Set(['ready', 'infected', 'unscannable', 'failed', 'deleted', 'purged'])

/** Shows the verdicts of uploads that wait for one. Without events, asks for all of them. */
export function showVerdicts(events?: readonly { type: string; fileId: string }[]): void {
  const ids = events?.filter(({ type }) => settling.has(type)).map(({ fileId }) => fileId)
  for (const id of ids ?? []) settled.add(id)
  for (const id of settled) {
    if (settled.size <= mostSettled) break
    settled.delete(id)
  }
  for (const { id, fileId, state } of jobs.value) {
    const isMeant = fileId !== undefined && (ids?.includes(fileId) ?? true)
    if (state === 'scanning' && isMeant) void readVerdict(id, fileId)
  }
}

async function readVerdict(id: number, fileId: string): Promise<void> {
  try {
    const file = await coffer.get(fileId)
    if (file.state === 'ready') finish(id, file)
    else if (file.state !== 'pending') {
      change(id, { state: 'failed', error: new CofferError(file.state, '', { file }) })
    }
  } catch (error) {
    change(id, { state: 'failed', error })
  }
  startNext()
}

/** Answers what happens to a file whose name is taken, and to all others that wait for this answer. */
export function answer(id: number, conflict: Answer, forAll = false): void {
  if (forAll) answerForAll.value = conflict
  const answered = jobs.value.filter((job) => job.state === 'asks' && (forAll || job.id === id))
  for (const job of answered) {
    if (conflict === 'skip') dismiss(job.id)
    else change(job.id, { state: 'waiting', conflict })
  }
  startNext()
}

/** Paths whose bytes this page is sending. */
export const arrivingPaths = computed(
  () => new Set(jobs.value.filter(isSending).map(({ path }) => path)),
)

export function togglePause(job: Job): void {
  if (job.state === 'paused') {
    job.upload?.resume()
    change(job.id, { state: 'uploading' })
  } else if (job.state === 'uploading') {
    job.upload?.pause()
    change(job.id, { state: 'paused' })
  }
}

/** Ends an upload and deletes what the service has of it. */
export function cancel(job: Job): void {
  dismiss(job.id)
  job.upload?.cancel()
  startNext()
}

let walks = new AbortController()
/** Ends the walks of dropped folders that have begun, when all uploads are cancelled. */
export const walksEnd = () => walks.signal

/** Cancels every upload that this page still sends, and what dropped folders would add. */
export function cancelAll(): void {
  walks.abort()
  walks = new AbortController()
  const ending = jobs.value.filter(needsPage)
  jobs.value = jobs.value.filter((job) => !needsPage(job))
  for (const job of ending) job.upload?.cancel()
}

/** Starts a failed upload again. A resumable one continues where it was. */
export function retry(job: Job): void {
  const { error: _, upload: __, ...kept } = job
  jobs.value = jobs.value.map((it) => (it.id === job.id ? { ...kept, state: 'waiting' } : it))
  startNext()
}

export function dismiss(id: number): void {
  jobs.value = jobs.value.filter((job) => job.id !== id)
}

// Files that have arrived are scanned without this page.
addEventListener('beforeunload', (event) => {
  if (jobs.value.some(needsPage)) event.preventDefault()
})
