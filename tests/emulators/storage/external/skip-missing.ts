import { randomUUID } from 'node:crypto'
import { skipListed, type ListedTests } from '../../../support/skip-listed.ts'
import { abilities, type Ability, type Suite } from './abilities.ts'
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

/** The tests of a suite that need abilities, as lists of tests to skip. */
export function listsFor(suite: Suite, lacking: readonly Ability[] = abilities): ListedTests[] {
  return lacking.flatMap(({ reason, tests }) => {
    const listed = tests[suite]
    return listed ? [{ reason: `the emulator ${reason}`, tests: listed }] : []
  })
}

/**
 * Skips, with the reason, tests of a suite that need an ability that an external emulator lacks. Our emulator lacks
 * none: then only the names of the listed tests are checked.
 */
export async function skipMissing(suite: Suite, { url, emulator }: RunningStorage): Promise<void> {
  const missing = emulator ? [] : await missingAbilities(url)
  skipListed(listsFor(suite, missing), { known: listsFor(suite) })
}
