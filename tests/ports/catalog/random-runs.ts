import fc from 'fast-check'

const { CATALOG_RUNS } = process.env

/** `npm run soak:catalog` sets more runs and no time limit. */
const runs = Number(CATALOG_RUNS ?? 20)
const maxMs = CATALOG_RUNS === undefined ? 15_000 : undefined

/** How often a property of the catalog is checked: in 15 s a slow store checks it fewer times. */
export function randomRuns({ weight = 1 } = {}): fc.Parameters<unknown> {
  return {
    numRuns: runs * weight,
    plugins: maxMs === undefined ? [] : [fc.interruptAfterTimeLimit(maxMs)],
  }
}
