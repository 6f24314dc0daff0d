import { describe } from 'vitest'
import { describeAwaiting } from './awaiting.ts'
import { describeChanges } from './changes.ts'
import { describeConcurrency } from './concurrency.ts'
import { describeConflicts } from './uploads/conflicts.ts'
import { describeFolders } from './folders.ts'
import { describeList } from './list.ts'
import { describeListModel } from './list-model.ts'
import { describeModel } from './model.ts'
import { describeProgress } from './progress.ts'
import { describeReads } from './reads.ts'
import { describeRecordLimits } from './record-limits.ts'
import { describeRemoval } from './removal.ts'
import { describeRescan } from './rescan.ts'
import { describeReserve } from './reserve.ts'
import { describeSession } from './session.ts'
import { describeSettle } from './settle.ts'
import { describeSweep } from './sweep.ts'
import { describeTimes } from './uploads/times.ts'
import { describeTrail } from '../events/trail.ts'
import { describeTrash, describeVersions } from './trash.ts'
import { World, type Begin, type OpenCatalog } from './world.ts'

/** The contract of `Catalog`, for every adapter: one test for each sentence of the port. */
export function describeCatalog(name: string, open: OpenCatalog): void {
  const begin: Begin = (quotaBytes, recordLimits) => World.open(open, quotaBytes, recordLimits)
  describe(`Catalog: ${name}`, () => {
    describeReserve(begin)
    describeConflicts(begin)
    describeSettle(begin)
    describeRecordLimits(begin)
    describeSession(begin)
    describeProgress(begin)
    describeAwaiting(begin)
    describeChanges(begin)
    describeRemoval(begin)
    describeTrash(begin)
    describeVersions(begin)
    describeReads(begin)
    describeSweep(begin)
    describeRescan(begin)
    describeList(begin)
    describeFolders(begin)
    describeTimes(begin)
    describeTrail(begin)
    describeConcurrency(begin)
    describeListModel(begin)
    describeModel(begin)
  })
}
