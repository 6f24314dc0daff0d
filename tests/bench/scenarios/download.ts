import { join } from 'node:path'
import { startBare, startTus, storeInTus } from '../baselines.ts'
import type { Plan } from '../bench.ts'
import { randomBody } from '../body.ts'
import { startCoffer } from '../coffer.ts'
import { download } from '../download.ts'
import { startPocketBase } from '../peers/pocketbase.ts'
import { atLeast, compareIf, megabytesPerSecond, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

/** Bytes per second of one large download. The file is in the page cache for all contestants. */
export async function downloadScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using servers = new AsyncDisposableStack()
  const coffer = servers.use(await startCoffer(join(scratch, 'coffer')))
  const bare = servers.use(await startBare(scratch))
  const tus = servers.use(await startTus(scratch))
  const pocketbase = servers.use(await startPocketBase(join(scratch, 'pocketbase')))
  const bytes = plan.fileBytes
  const body = randomBody(bytes)

  const bareFile = await bare.store('PUT', '/file.bin', { body })
  const tusFile = await storeInTus(tus, body)
  const id = await coffer.ready(await coffer.put('/file.bin', body))
  const link = await coffer.signedUrl(id)
  const stored = await pocketbase?.upload(bytes)

  const rate = async (seconds: Promise<number>) => bytes / (await seconds)
  const rates = await takeTurns<string>(plan.rounds, {
    bare: () => rate(bare.download(bareFile.target, bytes)),
    path: () => rate(coffer.download('/file.bin', bytes)),
    link: () => rate(download(link, bytes)),
    tus: () => rate(tus.download(tusFile.target, bytes)),
    ...(stored && { pocketbase: () => rate(download(stored.fileUrl, bytes)) }),
  })

  const row = (what: string, [own, other]: [string, string], bound?: number) =>
    compareIf({
      what,
      candidate: rates[own] ?? [],
      baseline: rates[other],
      format: megabytesPerSecond,
      ...(bound !== undefined && { target: atLeast(bound), heldBack }),
    })
  return [
    ...row('download / PocketBase', ['path', 'pocketbase'], 0.6),
    ...row('download / bare stream', ['path', 'bare'], 0.9),
    ...row('download, signed link / bare stream', ['link', 'bare']),
    ...row('download / @tus/server', ['path', 'tus']),
  ]
}

const heldBack =
  'Node copies every byte into the process and out again; PocketBase lets the kernel send the file (`sendfile`)'
