import { useState } from 'preact/hooks'
import { Refusal } from '../parts/refusal.tsx'
import { day } from '../words/format.ts'
import { RunView } from './run-view.tsx'
import type { Schema } from './schema.ts'
import { client } from './sheet.ts'
import { useLoaded } from './use-loaded.ts'

interface Props {
  /** The block whose runs are shown. Absent: those of all blocks. */
  block?: string
  schema?: Schema
  /** The runs are read again when it changes. */
  after?: unknown
}

const read = 200
const shown = 10

/** The last runs of the user. */
export function RecentRuns({ block, schema = {}, after }: Props) {
  const { value, error } = useLoaded(
    (signal) => client.runs({ limit: block === undefined ? shown : read, signal }),
    [block, after],
  )
  const runs = value?.runs.filter((run) => block === undefined || run.block.id === block) ?? []
  if (runs.length === 0) return <Refusal error={error} />
  return (
    <section class="runs" aria-labelledby="recent-runs">
      <h2 id="recent-runs">Recent runs</h2>
      {runs.slice(0, shown).map((run) => (
        <PastRun key={run.id} id={run.id} schema={schema}>
          {run.block.name} · {run.state} · {day(run.createdAt)}
        </PastRun>
      ))}
    </section>
  )
}

/** A run that shows its outputs when it is opened. */
function PastRun({ id, schema, children }: { id: string; schema: Schema; children: unknown }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="small">{children as string}</summary>
      {isOpen && <Result id={id} schema={schema} />}
    </details>
  )
}

function Result({ id, schema }: { id: string; schema: Schema }) {
  const { value, error } = useLoaded((signal) => client.result(id, { signal }), [id])
  if (!value) return <Refusal error={error} />
  const { state, outputs, cost, error: reason } = value
  const run = { state, outputs, cost, ...(reason && { detail: reason.detail }) }
  return <RunView run={run} schema={schema} />
}
