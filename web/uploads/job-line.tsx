import { useState } from 'preact/hooks'
import { CofferError } from '../../shared/client/coffer.ts'
import { Icon } from '../parts/icon.tsx'
import { dialog } from '../state/overlays.ts'
import { go, parentOf } from '../state/route.ts'
import {
  answer,
  cancel,
  dismiss,
  retry,
  togglePause,
  jobs,
  type Answer,
  type Job,
} from '../state/uploads.ts'
import { wordsOf } from '../words/errors.ts'
import { size, visible } from '../words/format.ts'
import { kindOf } from '../words/kinds.ts'
import { timeLeft } from '../words/time-left.ts'
import { verdictOf } from '../words/verdicts.ts'

/** One upload of the tray. */
export function JobLine({ job }: { job: Job }) {
  const { file, state } = job
  const name = visible(file.name)
  const { icon, tint } = kindOf(file.type)
  const isRunning = state === 'uploading' || state === 'paused'
  const percent = file.size === 0 ? 0 : Math.floor((100 * job.sentBytes) / file.size)
  return (
    <div class="job" data-state={state}>
      <span class={`thumb plain ${tint}`}>
        <Icon name={icon} className="i20" />
      </span>
      <div>
        <div class="small cut strong">
          <bdi>{name}</bdi>
        </div>
        <div
          class={`tiny num ${tones[state] ?? 'faint'}`}
          role={state === 'failed' ? 'alert' : undefined}
        >
          {lineOf(job)}
        </div>
      </div>
      <div class="btns">
        {isRunning && (
          <button
            type="button"
            class="x"
            aria-label={`${state === 'paused' ? 'Resume' : 'Pause'} ${name}`}
            onClick={() => togglePause(job)}
          >
            <Icon name={state === 'paused' ? 'play' : 'pause'} className="i14" />
          </button>
        )}
        <button
          type="button"
          class="x"
          aria-label={`${state === 'failed' || state === 'done' ? 'Dismiss' : 'Cancel'} ${name}`}
          onClick={() => (state === 'failed' || state === 'done' ? dismiss(job.id) : cancel(job))}
        >
          <Icon name="close" className="i16" />
        </button>
      </div>
      {isRunning && (
        <div
          class="bar"
          role="progressbar"
          aria-label={`Upload of ${file.name}`}
          aria-valuenow={percent}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <i style={{ width: `${percent}%` }} />
        </div>
      )}
      {state === 'asks' && <Question job={job} />}
      {state === 'failed' && isWorthRetry(job.error) && (
        <div class="ask">
          <button type="button" class="btn" onClick={() => retry(job)}>
            Try again
          </button>
          {isFull(job.error) && (
            <button
              type="button"
              class="btn quiet"
              onClick={() => (dialog.value = { kind: 'large-files' })}
            >
              Find large files
            </button>
          )}
        </div>
      )}
      {state === 'done' && job.storedPath !== undefined && (
        <div class="ask">
          <button
            type="button"
            class="btn quiet"
            onClick={() => go({ view: 'files', folder: parentOf(job.storedPath ?? '/') })}
          >
            Show
          </button>
        </div>
      )}
    </div>
  )
}

const tones: Partial<Record<Job['state'], string>> = {
  asks: 'wait',
  failed: 'wrong',
  scanning: 'wait',
  done: 'good',
}

/** Asks what happens to a file whose name is taken. The other uploads go on. */
function Question({ job }: { job: Job }) {
  const [forAll, setForAll] = useState(false)
  const others = jobs.value.filter(({ state, id }) => state === 'asks' && id !== job.id).length
  const say = (conflict: Answer) => answer(job.id, conflict, forAll)
  return (
    <>
      <div class="ask" role="group" aria-label={`What happens to ${visible(job.file.name)}`}>
        <button type="button" class="btn" onClick={() => say('rename')}>
          Keep both
        </button>
        <button type="button" class="btn" onClick={() => say('replace')}>
          Replace
        </button>
        <button type="button" class="btn quiet" onClick={() => say('skip')}>
          Skip
        </button>
      </div>
      <label class="allof tiny">
        <input
          class="tick"
          type="checkbox"
          checked={forAll}
          onChange={(event) => setForAll(event.currentTarget.checked)}
        />
        {othersOf(others)}
      </label>
    </>
  )
}

function othersOf(others: number): string {
  if (others === 0) return 'Do the same for all to come'
  return `Do the same for the other ${others === 1 ? 'one' : others}, and for all to come`
}

function lineOf(job: Job): string {
  const { state, file, sentBytes, error } = job
  switch (state) {
    case 'waiting':
      return `Waits · ${size(file.size)}`
    case 'uploading':
      return `${size(sentBytes)} of ${size(file.size)}${timeLeft({ ...job, sizeBytes: file.size })}`
    case 'paused':
      return `Paused at ${size(sentBytes)} of ${size(file.size)}`
    case 'asks':
      return 'A file with this name is here already'
    case 'scanning':
      return 'Scanning…'
    case 'done':
      return 'Uploaded'
    case 'failed':
      return failureOf(error)
  }
}

function failureOf(error: unknown): string {
  if (error instanceof CofferError && error.file) {
    const { state } = error.file
    if (state === 'infected' || state === 'unscannable') return verdictOf(error.file).detail
    if (error.code === 'not-scanned')
      return 'Uploaded. It is still being scanned; the list shows the verdict.'
  }
  return wordsOf(error).detail
}

function isFull(error: unknown): boolean {
  return error instanceof CofferError && error.code === 'quota-exceeded'
}

/** Failures that may pass, or that the user can remove the cause of. The rest is about the file itself. */
function isWorthRetry(error: unknown): boolean {
  if (!(error instanceof CofferError)) return false
  const { code, status } = error
  return (
    code === 'network' || status >= 500 || [401, 403, 409, 429].includes(status) || isFull(error)
  )
}
