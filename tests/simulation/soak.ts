import { parseArgs } from 'node:util'
import { assertModel } from './assertion.ts'
import { startCloud } from './cloud-world.ts'
import { openLocalWorld } from './local-world.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'local' },
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 1_000_000)}` },
  },
})
const runs = Number(values.runs)
const seed = Number(values.seed)
const startedAt = performance.now()
console.log(`seed ${seed}, ${runs} runs, ${values.store} stores, node ${process.version}`)
await using cloud = values.store === 'cloud' ? await startCloud() : undefined
const tally = await assertModel(cloud?.open ?? openLocalWorld, {
  runs,
  seed,
  onRun: ({ runs, operations, calls }) => {
    if ((runs + 1) % 500 === 0)
      console.log(`${runs + 1} runs, ${operations} operations, ${calls} calls`)
  },
})
const minutes = Math.round((performance.now() - startedAt) / 6000) / 10
console.log({ seed, ...tally, minutes })
