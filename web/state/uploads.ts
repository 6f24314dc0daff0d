import { computed, signal } from '@preact/signals'
import { CofferError, type Upload as RunningUpload } from '../../shared/client/coffer.ts'
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
  /** Why it failed, in words of the service. */
  error?: unknown
  /** Where the file is, once it is ready. */
  storedPath?: string
  conflict?: Answer
  upload?: RunningUpload
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
const isUnfinished = (job: Job) => isSending(job) || ['waiting', 'scanning'].includes(job.state)

export const activeUploads = computed(() => jobs.value.filter(isUnfinished).length)
/** Files that wait for a free place. A walk of a dropped folder continues when there are few. */
export const waitingUploads = computed(
  () => jobs.value.filter(({ state }) => state === 'waiting').length,
)

interface NewUpload {
  file: File
  path: string
}

export function addUploads(uploads: readonly NewUpload[]): void {
  const added = uploads.map(({ file, path }): Job => ({
    id: nextId++,
    file,
    path,
    state: 'waiting',
    sentBytes: 0,
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

async function run({ id, file, path, conflict }: Job): Promise<void> {
  change(id, { state: 'uploading', sentBytes: 0 })
  try {
    const upload = coffer.upload(file, {
      path,
      chunkBytes,
      ...(conflict && conflict !== 'skip' && { onConflict: conflict }),
      onProgress: ({ phase, sentBytes }) => {
        if (phase === 'scanning') {
          change(id, { state: 'scanning', sentBytes })
          startNext()
        } else change(id, { sentBytes })
      },
    })
    change(id, { upload })
    const ready = await upload.done
    change(id, { state: 'done', storedPath: ready.path })
    announce(`${ready.name} is uploaded`)
    setTimeout(() => dismiss(id), shownMs)
  } catch (error) {
    settle(id, error)
  }
  startNext()
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
  change(id, { state: 'failed', error })
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

/** Starts a failed upload again. A resumable one continues where it was. */
export function retry(job: Job): void {
  const { error: _, upload: __, ...kept } = job
  jobs.value = jobs.value.map((it) => (it.id === job.id ? { ...kept, state: 'waiting' } : it))
  startNext()
}

export function dismiss(id: number): void {
  jobs.value = jobs.value.filter((job) => job.id !== id)
}

addEventListener('beforeunload', (event) => {
  if (jobs.value.some(isSending)) event.preventDefault()
})
