import { randomUUID } from 'node:crypto'
import { beforeEach } from 'vitest'
import { abilities, type Ability } from './abilities.ts'
import { createBucket } from './create-bucket.ts'
import { ProbeBucket } from './probe-bucket.ts'
import type { RunningStorage } from '../start.ts'

/** The abilities that the emulator at a URL lacks. */
export async function missingAbilities(url: string): Promise<Ability[]> {
  const name = `coffer-${randomUUID()}`
  await createBucket(url, name)
  const bucket = new ProbeBucket(url, name)
  const found = await Promise.all(
    // A probe that fails proves nothing. The tests run and decide.
    abilities.map((ability) => ability.isMissing(bucket).catch(() => false)),
  )
  return abilities.filter((_, i) => found[i])
}

/** Skips, with the reason, tests that need an ability that an external emulator lacks. Our emulator lacks none. */
export async function skipWhatIsMissing({ url, emulator }: RunningStorage): Promise<void> {
  if (emulator) return
  const missing = await missingAbilities(url)
  beforeEach(({ task, skip }) => {
    const reasons = missing.filter(({ tests }) => tests.includes(task.name))
    if (reasons.length > 0) skip(`the emulator ${reasons.map(({ reason }) => reason).join(', ')}`)
  })
}
