import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startBare, startTus, startTusd, storeInTus, type Baseline } from '../baselines.ts'
import type { Plan } from '../bench.ts'
import { multipartBody, randomBody, reprDigest, type Body } from '../body.ts'
import type { Answer } from '../client.ts'
import { startCoffer, type Coffer } from '../coffer.ts'
import { startPocketBase, type PocketBase } from '../peers/pocketbase.ts'
import { atLeast, compareIf, megabytesPerSecond, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

/** Bytes per second of one large upload, from its first byte to the response that it is stored. */
export async function uploadScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using servers = new AsyncDisposableStack()
  const coffer = servers.use(await startCoffer(join(scratch, 'coffer')))
  const bare = servers.use(await startBare(scratch))
  const tus = servers.use(await startTus(scratch))
  const tusd = servers.use(await startTusd(scratch))
  const pocketbase = servers.use(await startPocketBase(join(scratch, 'pocketbase')))
  const bytes = plan.fileBytes

  const rates = await takeTurns<string>(plan.rounds, {
    bare: () => baselineRate(bare, bytes, (body) => bare.store('PUT', '/file.bin', { body })),
    fsync: () =>
      baselineRate(bare, bytes, (body) => bare.store('PUT', '/file.bin?fsync', { body })),
    raw: () => cofferRate(coffer, bytes, () => coffer.put(path(), randomBody(bytes))),
    digest: () => {
      const body = randomBody(bytes)
      const headers = { 'Repr-Digest': reprDigest(body) }
      return cofferRate(coffer, bytes, () => coffer.put(path(), body, headers))
    },
    multipart: () => {
      const form = multipartBody(`${randomUUID()}.bin`, randomBody(bytes))
      return cofferRate(coffer, bytes, () => coffer.postForm(form))
    },
    tus: () => baselineRate(tus, bytes, (body) => storeInTus(tus, body)),
    ...(tusd && { tusd: () => baselineRate(tusd, bytes, (body) => storeInTus(tusd, body)) }),
    ...(pocketbase && { pocketbase: () => pocketBaseRate(pocketbase, bytes) }),
  })

  const row = (what: string, [own, other]: [string, string], bound?: number) =>
    compareIf({
      what: `upload, ${what}`,
      candidate: rates[own] ?? [],
      baseline: rates[other],
      format: megabytesPerSecond,
      ...(bound !== undefined && { target: atLeast(bound), heldBack }),
    })
  return [
    ...row('raw with digest / bare pipeline + fsync', ['digest', 'fsync'], 0.95),
    ...row('multipart / bare pipeline', ['multipart', 'bare'], 0.85),
    ...row('multipart / PocketBase', ['multipart', 'pocketbase'], 1.2),
    ...row('raw / tusd', ['raw', 'tusd'], 1),
    ...row('raw / @tus/server', ['raw', 'tus'], 1),
    ...row('raw with digest / bare pipeline', ['digest', 'bare']),
    ...row('raw / bare pipeline', ['raw', 'bare']),
    ...row('multipart / bare pipeline + fsync', ['multipart', 'fsync']),
    ...row('raw with digest / @tus/server', ['digest', 'tus']),
  ]
}

const heldBack =
  'Coffer hashes the bytes and syncs them to the disk before it answers; the baseline does not'

const path = () => `/${randomUUID()}.bin`

async function baselineRate(
  server: Baseline,
  bytes: number,
  upload: (body: Body) => Promise<{ seconds: number }>,
) {
  const { seconds } = await upload(randomBody(bytes))
  await server.clear()
  return bytes / seconds
}

async function cofferRate(coffer: Coffer, bytes: number, upload: () => Promise<Answer>) {
  const answer = await upload()
  await coffer.purge(await coffer.ready(answer))
  return bytes / answer.seconds
}

async function pocketBaseRate(pocketbase: PocketBase, bytes: number) {
  const stored = await pocketbase.upload(bytes)
  await pocketbase.remove(stored)
  return bytes / stored.answer.seconds
}
