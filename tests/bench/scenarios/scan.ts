import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startClamd, type TestClamd } from '../../support/clamd/clamd.ts'
import type { Plan } from '../bench.ts'
import { randomBody } from '../body.ts'
import { scannedBy, startCoffer, type Coffer } from '../coffer.ts'
import { atMost, compare, secondsText, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

/** Seconds from an upload's last byte to `ready`, compared with `clamdscan --stream` on an equal file and the same clamd. */
export async function scanScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using clamd = await startClamd()
  await using coffer = await startCoffer(join(scratch, 'coffer'), scannedBy(clamd))
  const clamdscan = await prepareClamdscan(clamd, scratch)

  const seconds = await takeTurns(plan.rounds, {
    clamdscan: () => clamdscan(plan.scannedBytes),
    coffer: () => secondsToReady(coffer, plan.scannedBytes),
  })
  return [
    compare({
      what: `last byte to ready, ${plan.scannedBytes / 1e6} MB / clamdscan --stream`,
      candidate: seconds.coffer,
      baseline: seconds.clamdscan,
      format: secondsText,
      target: atMost(1.2),
    }),
  ]
}

async function prepareClamdscan({ socketPath }: TestClamd, scratch: string) {
  const config = join(scratch, 'clamdscan.conf')
  await writeFile(config, `LocalSocket ${socketPath}\n`)
  return async (bytes: number) => {
    const file = join(scratch, 'scanned.bin')
    await writeFile(file, randomBody(bytes).chunks())
    const startedAt = performance.now()
    await promisify(execFile)('clamdscan', ['--stream', `--config-file=${config}`, file])
    return (performance.now() - startedAt) / 1000
  }
}

async function secondsToReady(coffer: Coffer, bytes: number): Promise<number> {
  const headers = { Prefer: 'wait=60' }
  const answer = await coffer.put(`/${randomUUID()}.bin`, randomBody(bytes), headers)
  if (answer.status !== 201) throw new Error(`not ready after a minute: ${answer.text}`)
  const { id, scan } = JSON.parse(answer.text) as { id: string; scan: { engine: string } }
  if (!/clam/i.test(scan.engine)) throw new Error(`scanned by ${scan.engine}`)
  await coffer.purge(id)
  return answer.secondsAfterBody
}
