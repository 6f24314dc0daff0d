import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The slowest files, below `tests`. A slow file that starts last leaves the other worker idle. */
export const slowest = [
  'browser/inline',
  'adapters/firestore/catalog',
  'library/package',
  'e2e/firebase/firebase',
  'e2e/functions/framework',
  'e2e/functions/render',
  'e2e/local/start',
  'e2e/local/rescan',
  'adapters/gcs/bulk',
  'adapters/gcs/faults',
]

/** Starts the slowest files first, and the others in the order of Vitest. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}

function rank({ moduleId }: TestSpecification): number {
  const at = slowest.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`))
  return at === -1 ? slowest.length : at
}
