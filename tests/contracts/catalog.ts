import { describe } from 'vitest'
import { describeAwaiting } from './catalog-awaiting.ts'
import { describeChanges } from './catalog-changes.ts'
import { describeConcurrency } from './catalog-concurrency.ts'
import { describeFolders } from './catalog-folders.ts'
import { describeList } from './catalog-list.ts'
import { describeListModel } from './catalog-list-model.ts'
import { describeModel } from './catalog-model.ts'
import { describeProgress } from './catalog-progress.ts'
import { describeReads } from './catalog-reads.ts'
import { describeRecordLimits } from './catalog-record-limits.ts'
import { describeRemoval } from './catalog-removal.ts'
import { describeRescan } from './catalog-rescan.ts'
import { describeReserve } from './catalog-reserve.ts'
import { describeSession } from './catalog-session.ts'
import { describeSettle } from './catalog-settle.ts'
import { describeSweep } from './catalog-sweep.ts'
import { describeTrash } from './catalog-trash.ts'
import { World, type Begin, type OpenCatalog } from './catalog-world.ts'

/** The contract of `Catalog` in ports.ts: one test a sentence, for every adapter. */
export function describeCatalog(name: string, open: OpenCatalog): void {
  const begin: Begin = (quotaBytes, recordLimits) => World.open(open, quotaBytes, recordLimits)
  describe(`Catalog: ${name}`, () => {
    describeReserve(begin)
    describeSettle(begin)
    describeRecordLimits(begin)
    describeSession(begin)
    describeProgress(begin)
    describeAwaiting(begin)
    describeChanges(begin)
    describeRemoval(begin)
    describeTrash(begin)
    describeReads(begin)
    describeSweep(begin)
    describeRescan(begin)
    describeList(begin)
    describeFolders(begin)
    describeConcurrency(begin)
    describeListModel(begin)
    describeModel(begin)
  })
}
