import type { RecordLimits } from '../../model/usage.ts'
import type { Database } from './database/database.ts'

export interface SqliteCatalogOptions {
  /** Shared with the event queue. The caller that opened it closes it. */
  database: Database
  /** The quota of a workspace without a quota in the catalog. */
  quotaBytes: number
  /** Default: `defaultRecordLimits`. */
  recordLimits?: RecordLimits
  /** Default: `defaultEventRetentionDays`. */
  eventRetentionDays?: number
  now: () => Date
}
