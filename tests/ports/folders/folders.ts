import { describe } from 'vitest'
import { describeLinks } from './links.ts'
import { describeOperations } from './operations.ts'
import { describeSummaries } from './summaries.ts'
import { World, type Begin, type OpenCatalog } from '../catalog/world.ts'

/** The contract of `Folders`, for every adapter: one test for each sentence of the port. */
export function describeFolderPort(name: string, open: OpenCatalog): void {
  const begin: Begin = (quotaBytes = 100_000) => World.open(open, quotaBytes)
  describe(`Folders: ${name}`, () => {
    describeSummaries(begin)
    describeOperations(begin)
    describeLinks(begin)
  })
}
