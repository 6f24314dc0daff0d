import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The slowest files, below `tests`. A slow file that starts last leaves the other worker idle. */
export const slowest = [
  'adapters/preview/stills/office/office',
  'crash/crash',
  'e2e/local/local',
  'browser/page/accessible',
  'library/package',
  'browser/inline',
  'browser/client',
  'adapters/sqlite/catalog',
  'e2e/local/oidc',
  'e2e/local/rescan',
  'browser/page/uploads',
  'adapters/preview/draw/svg',
  'e2e/firebase/firebase',
  'e2e/functions/hosts',
  'e2e/functions/framework',
  'adapters/firestore/catalog',
  'e2e/cloud/cloud',
  'client/node',
  'e2e/local/start',
  'workspace/preview',
  'adapters/clamd/memory',
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
