import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Plan } from '../bench.ts'
import { startCoffer, type Coffer } from '../coffer.ts'
import { atMost, compare, milliseconds, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

const width = 400

/** The preview of a photograph of 12 megapixels: rendered for the first request, cached for the second. */
export async function previewScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using coffer = await startCoffer(join(scratch, 'coffer'))
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  const photo = await sharp({
    create: { width: 4000, height: 3000, channels: 3, background: 'gray', noise },
  })
    .jpeg()
    .toBuffer()
  const store = async () => {
    const body = { bytes: photo.length, chunks: () => [photo] }
    return coffer.ready(await coffer.put(`/${randomUUID()}.jpg`, body))
  }
  const kept = await store()
  await preview(coffer, kept)

  const seconds = await takeTurns(plan.rounds, {
    cold: async () => preview(coffer, await store()),
    cached: () => preview(coffer, kept),
    sharp: () => timed(() => sharp(photo).resize({ width }).webp().toBuffer()),
    record: async () => (await coffer.get(`/files/${kept}`)).seconds,
  })
  return [
    compare({
      what: 'preview of 12 megapixels, cold / sharp alone',
      candidate: seconds.cold,
      baseline: seconds.sharp,
      format: milliseconds,
      target: atMost(1.5),
      heldBack:
        'the file is copied to the directory of a process that waits, which draws it at a low priority with unused caches (decisions/isolated-decoders.md)',
    }),
    compare({
      what: 'preview, cached / cold',
      candidate: seconds.cached,
      baseline: seconds.cold,
      format: milliseconds,
      target: atMost(0.1),
    }),
    compare({
      what: 'preview, cached / the record alone',
      candidate: seconds.cached,
      baseline: seconds.record,
      format: milliseconds,
    }),
  ]
}

async function preview(coffer: Coffer, id: string): Promise<number> {
  return (await coffer.get(`/files/${id}/preview?w=${width}`)).seconds
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}
