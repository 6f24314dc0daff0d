import fc from 'fast-check'
import { newTally, play, type Tally } from './run.ts'
import { script } from './script.ts'
import type { OpenWorld } from './world.ts'

const { MODEL_SEED, MODEL_PATH } = process.env

interface Options {
  runs: number
  seed?: number
  /** After so long no more is played, and no counterexample made smaller. */
  withinMs?: number
  onRun?: (tally: Tally) => void
}

/** Plays random scripts; what fails is made smaller first, and says by which seed and path it comes again: with
 * `MODEL_SEED` and `MODEL_PATH`. */
export async function assertModel(
  open: OpenWorld,
  { runs, seed, withinMs, onRun }: Options,
): Promise<Tally> {
  const tally = newTally()
  const property = fc.asyncProperty(script, async (script) => {
    await play(open, script, tally)
    onRun?.(tally)
  })
  const given = MODEL_SEED === undefined ? seed : Number(MODEL_SEED)
  await fc.assert(property, {
    numRuns: runs,
    ...(given !== undefined && { seed: given }),
    ...(MODEL_PATH !== undefined && { path: MODEL_PATH }),
    ...(withinMs !== undefined && { interruptAfterTimeLimit: withinMs }),
  })
  return tally
}
