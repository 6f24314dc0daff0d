import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Plan } from '../bench.ts'
import { randomBody } from '../body.ts'
import { startCoffer } from '../coffer.ts'
import { requestRate } from '../request-rate.ts'
import { atLeast, compare, milliseconds, perSecond, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

const bytes = 4096
const connections = 16

/** Uploads of 4 KB that wait for their verdict, in files per second: 16 concurrent ones against sequential ones. */
export async function concurrencyScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using coffer = await startCoffer(join(scratch, 'coffer'))
  const put = () => coffer.put(`/${randomUUID()}.bin`, randomBody(bytes), { Prefer: 'wait=30' })
  const delays = { alone: [] as number[], together: [] as number[] }
  const measured = async (name: keyof typeof delays, connections: number) => {
    await coffer.loopDelaySeconds()
    const rate = await requestRate({ requests: plan.smallRequests, connections }, put)
    delays[name].push(await coffer.loopDelaySeconds())
    return rate
  }
  const rates = await takeTurns(plan.rounds, {
    alone: () => measured('alone', 1),
    together: () => measured('together', connections),
  })
  return [
    compare({
      what: '4 KB uploads to ready, 16 at once / one after the other',
      candidate: rates.together,
      baseline: rates.alone,
      format: perSecond,
      target: atLeast(1),
    }),
    compare({
      what: 'event-loop delay p99, 16 at once / one after the other',
      candidate: delays.together.slice(-plan.rounds),
      baseline: delays.alone.slice(-plan.rounds),
      format: milliseconds,
    }),
  ]
}
