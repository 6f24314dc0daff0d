import { Refusal } from '../parts/refusal.tsx'
import { Icon } from '../parts/icon.tsx'
import { Form } from './form.tsx'
import { RecentRuns } from './recent-runs.tsx'
import { RunView } from './run-view.tsx'
import { fieldsOf, type Schema } from './schema.ts'
import { client, sheetOf } from './sheet.ts'
import { useLoaded } from './use-loaded.ts'

/** One block: its form, its run, and the runs before. */
export function BlockView({ id }: { id: string }) {
  const { value: block, error } = useLoaded((signal) => client.get(id, { signal }), [id])
  const sheet = sheetOf(id)
  const run = sheet.run.value
  const output = (block?.output ?? {}) as Schema
  return (
    <>
      <div class="head">
        <nav class="crumbs" aria-label="Blocks">
          <a href="#/blocks">Blocks</a>
          <Icon name="chevronRight" />
          <h1 class="cut">{block?.name ?? '…'}</h1>
        </nav>
        <p class="small soft">{block?.description}</p>
      </div>
      <div class="block-body">
        <Refusal error={error} />
        {block && <Form fields={fieldsOf(block.input)} sheet={sheet} />}
        {run && <RunView run={run} schema={output} />}
        <RecentRuns block={id} schema={output} after={run?.state} />
      </div>
    </>
  )
}
