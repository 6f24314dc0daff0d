import fc from 'fast-check'
import { newTally, runScript, type Tally } from './run.ts'
import { script } from './script.ts'
import type { OpenWorld } from './world.ts'

const { MODEL_SEED, MODEL_PATH } = process.env

interface Options {
  runs: number
  seed?: number
  /** Time limit for runs and for shrinking a counterexample. */
  withinMs?: number
  onRun?: (tally: Tally) => void
}

/**
 * Runs random scripts. A failing script is shrunk, and the error names its seed and path. Set `MODEL_SEED` and
 * `MODEL_PATH` to repeat it.
 */
export async function assertModel(
  open: OpenWorld,
  { runs, seed, withinMs, onRun }: Options,
): Promise<Tally> {
  const tally = newTally()
  const property = fc.asyncProperty(script, async (script) => {
    await runScript(open, script, tally)
    onRun?.(tally)
  })
  const chosenSeed = MODEL_SEED === undefined ? seed : Number(MODEL_SEED)
  await fc.assert(property, {
    numRuns: runs,
    ...(chosenSeed !== undefined && { seed: chosenSeed }),
    ...(MODEL_PATH !== undefined && { path: MODEL_PATH }),
    ...(withinMs !== undefined && { interruptAfterTimeLimit: withinMs }),
  })
  return tally
}
