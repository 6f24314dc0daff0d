import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { startBare, startTus, storeInTus, type Baseline } from '../baselines.ts'
import type { Plan } from '../bench.ts'
import { multipartBody, randomBody, reprDigest, type Body } from '../body.ts'
import type { Answer } from '../client.ts'
import { startCoffer, type Coffer } from '../coffer.ts'
import { atLeast, compare, megabytesPerSecond, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

/** Bytes per second of one large upload, from its first byte to the response that it is stored. */
export async function uploadScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using coffer = await startCoffer(join(scratch, 'coffer'))
  await using bare = await startBare(scratch)
  await using tus = await startTus(scratch)
  const bytes = plan.fileBytes

  const rates = await takeTurns(plan.rounds, {
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
  })

  const row = (
    what: string,
    candidate: keyof typeof rates,
    baseline: keyof typeof rates,
    bound?: number,
  ) =>
    compare({
      what,
      candidate: rates[candidate],
      baseline: rates[baseline],
      format: megabytesPerSecond,
      ...(bound !== undefined && { target: atLeast(bound) }),
    })
  return [
    row('upload, raw with digest / bare pipeline', 'digest', 'bare', 0.85),
    row('upload, multipart / bare pipeline', 'multipart', 'bare', 0.7),
    row('upload, raw / bare pipeline', 'raw', 'bare'),
    row('upload, raw with digest / bare pipeline + fsync', 'digest', 'fsync'),
    row('upload, multipart / bare pipeline + fsync', 'multipart', 'fsync'),
    row('upload, raw with digest / tus', 'digest', 'tus'),
  ]
}

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
