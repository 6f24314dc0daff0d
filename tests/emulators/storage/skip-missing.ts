import { randomUUID } from 'node:crypto'
import { beforeEach } from 'vitest'
import { abilities, type Ability } from './abilities.ts'
import { createBucket } from './create-bucket.ts'
import { ProbeBucket } from './probe-bucket.ts'
import type { RunningStorage } from './start.ts'

/** What the emulator at a URL shows that it lacks. */
export async function missingAbilities(url: string): Promise<Ability[]> {
  const name = `coffer-${randomUUID()}`
  await createBucket(url, name)
  const bucket = new ProbeBucket(url, name)
  const found = await Promise.all(
    // A question that breaks off shows nothing: then the tests tell.
    abilities.map((ability) => ability.isMissing(bucket).catch(() => false)),
  )
  return abilities.filter((_, i) => found[i])
}

/** Skips, with the reason, the tests of a file that stand on what an emulator of somebody else's lacks; ours lacks nothing. */
export async function skipWhatIsMissing({ url, emulator }: RunningStorage): Promise<void> {
  if (emulator) return
  const missing = await missingAbilities(url)
  beforeEach(({ task, skip }) => {
    const reasons = missing.filter(({ tests }) => tests.includes(task.name))
    if (reasons.length > 0) skip(`the emulator ${reasons.map(({ reason }) => reason).join(', ')}`)
  })
}
