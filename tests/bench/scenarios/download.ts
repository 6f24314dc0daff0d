import { join } from 'node:path'
import { startBare, startTus, storeInTus } from '../baselines.ts'
import type { Plan } from '../bench.ts'
import { randomBody } from '../body.ts'
import { download } from '../client.ts'
import { startCoffer } from '../coffer.ts'
import { atLeast, compare, megabytesPerSecond, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

/** Bytes per second of one large download. The file is in the page cache for all contestants. */
export async function downloadScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using coffer = await startCoffer(join(scratch, 'coffer'))
  await using bare = await startBare(scratch)
  await using tus = await startTus(scratch)
  const bytes = plan.fileBytes
  const body = randomBody(bytes)

  const bareFile = await bare.store('PUT', '/file.bin', { body })
  const tusFile = await storeInTus(tus, body)
  const id = await coffer.ready(await coffer.put('/file.bin', body))
  const link = await coffer.signedUrl(id)

  const rate = async (seconds: Promise<number>) => bytes / (await seconds)
  const rates = await takeTurns(plan.rounds, {
    bare: () => rate(bare.download(bareFile.target, bytes)),
    path: () => rate(coffer.download('/file.bin', bytes)),
    link: () => rate(download({ method: 'GET', url: link }, bytes)),
    tus: () => rate(tus.download(tusFile.target, bytes)),
  })

  const format = megabytesPerSecond
  const { bare: baseline, path, link: signed } = rates
  const target = atLeast(0.9)
  return [
    compare({ what: 'download / bare stream', candidate: path, baseline, format, target }),
    compare({ what: 'download, signed link / bare stream', candidate: signed, baseline, format }),
    compare({ what: 'download / tus', candidate: path, baseline: rates.tus, format }),
  ]
}
