import { counted } from '../words/format.ts'
import { Outputs } from './outputs.tsx'
import type { Schema } from './schema.ts'
import type { RunState } from './sheet.ts'

const words = {
  running: 'Running…',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled. Its files are deleted.',
} as const

/** A run: its progress, its outputs as they come, and its end. */
export function RunView({ run, schema }: { run: RunState; schema: Schema }) {
  const { state, progress, outputs, cost = 0, detail } = run
  return (
    <section class="run" aria-label="Run">
      <p
        class={`strong ${state === 'completed' ? 'good' : state === 'failed' ? 'wrong' : ''}`}
        role="status"
      >
        {words[state]}
        {cost > 0 && ` · ${counted(cost, 'credit')}`}
      </p>
      {state === 'running' && progress && (
        <>
          <p class="small soft">
            <bdi class="any">{progress.message}</bdi>
          </p>
          {progress.fraction !== undefined && (
            <progress aria-label="Progress" value={progress.fraction} />
          )}
        </>
      )}
      {detail !== undefined && <p class="small any">{detail}</p>}
      <Outputs outputs={outputs} schema={schema} />
    </section>
  )
}
