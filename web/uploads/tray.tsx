import { Icon } from '../parts/icon.tsx'
import { interrupted } from './interrupted.ts'
import {
  cancelAll,
  jobs,
  needsPage,
  togglePause,
  type Job,
  type JobState,
} from '../state/uploads.ts'
import { counted, size } from '../words/format.ts'
import { JobLine } from './job-line.tsx'
import { StoppedLine } from './stopped-line.tsx'
import { isTrayOpen, trayId } from './tray-state.ts'

/** Rows of the tray. A dropped folder may have thousands of files. */
const maxShown = 50
const ranks: Record<JobState, number> = {
  asks: 0,
  failed: 1,
  uploading: 2,
  paused: 2,
  scanning: 3,
  waiting: 4,
  done: 5,
}

/** The uploads: those that need an answer first, then those that run. */
export function Tray() {
  const isOpen = isTrayOpen.value
  const all = jobs.value
  const stopped = interrupted.value
  if (all.length === 0 && stopped.length === 0) return null
  const shown = all
    .toSorted((a, b) => ranks[a.state] - ranks[b.state])
    .slice(0, Math.max(0, maxShown - stopped.length))
  const running = all.filter(({ state }) => state === 'uploading' || state === 'paused')
  const isPaused = running.length > 0 && running.every(({ state }) => state === 'paused')
  const toggleAll = () => {
    for (const job of running) if ((job.state === 'paused') === isPaused) togglePause(job)
  }
  return (
    <section class="tray" id={trayId} tabIndex={-1} aria-label="Uploads">
      <header>
        <div class="t">
          <h2>{titleOf(all)}</h2>
          <div class="tiny faint num">{summaryOf(all, stopped.length)}</div>
        </div>
        {running.length > 0 && (
          <button
            type="button"
            class="btn quiet icon"
            aria-label={isPaused ? 'Resume all' : 'Pause all'}
            onClick={toggleAll}
          >
            <Icon name={isPaused ? 'play' : 'pause'} className="i16" />
          </button>
        )}
        {all.filter(needsPage).length > 1 && (
          <button type="button" class="btn quiet" onClick={cancelAll}>
            Cancel all
          </button>
        )}
        <button
          type="button"
          class="btn quiet icon"
          aria-label={isOpen ? 'Collapse' : 'Expand'}
          aria-expanded={isOpen}
          onClick={() => (isTrayOpen.value = !isOpen)}
        >
          <Icon name={isOpen ? 'chevronDown' : 'chevronUp'} />
        </button>
      </header>
      {isOpen && (
        <div class="jobs">
          {stopped.slice(0, maxShown).map((upload) => (
            <StoppedLine key={upload.path} upload={upload} />
          ))}
          {shown.map((job) => (
            <JobLine key={job.id} job={job} />
          ))}
          {all.length + stopped.length > maxShown && (
            <p class="tiny faint more-jobs">
              and {counted(all.length + stopped.length - maxShown, 'more file')}
            </p>
          )}
        </div>
      )}
    </section>
  )
}

function titleOf(all: readonly Job[]): string {
  const open = all.filter(({ state }) => ['waiting', 'uploading', 'paused'].includes(state)).length
  if (open > 0) return `Uploading ${counted(open, 'file')}`
  return all.some(({ state }) => state === 'scanning') ? 'Scanning…' : 'Uploads'
}

function summaryOf(all: readonly Job[], stopped: number): string {
  const asks = all.filter(({ state }) => state === 'asks').length + stopped
  const total = all.reduce((sum, { file }) => sum + file.size, 0)
  const sent = all.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  const answers = asks === 0 ? [] : [asks === 1 ? '1 needs an answer' : `${asks} need an answer`]
  const bytes = total === 0 ? [] : [`${size(Math.min(sent, total))} of ${size(total)}`]
  return [...answers, ...bytes].join(' · ')
}
