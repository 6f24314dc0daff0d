import { readFileSync } from 'node:fs'
import * as gcp from '@pulumi/gcp'
import type { Resource } from '@pulumi/pulumi'
import { secondsPerDay } from './bucket.ts'
import type { Settings } from './settings.ts'

interface FirestoreIndexes {
  indexes: {
    collectionGroup: string
    queryScope: string
    fields: { fieldPath: string; order?: string; arrayConfig?: string }[]
  }[]
  fieldOverrides: {
    collectionGroup: string
    fieldPath: string
    ttl?: boolean
    indexes: { order?: string; arrayConfig?: string; queryScope: string }[]
  }[]
}

/** The longest retention that Firestore allows for daily and weekly backups. */
const dailyRetentionDays = 7
const weeklyRetentionDays = 98

/** Creates the database of the catalog with point-in-time recovery (7 days), backups and indexes. */
export function createDatabase(settings: Settings, dependsOn: Resource[]) {
  const { project, protectData, kmsKey } = settings
  const database = new gcp.firestore.Database(
    'catalog',
    {
      project,
      // The functions open this name.
      name: '(default)',
      locationId: settings.databaseLocation ?? settings.region,
      type: 'FIRESTORE_NATIVE',
      // Firestore's default. The catalog takes no locks in either mode (docs/decisions/firestore-concurrency.md).
      concurrencyMode: 'PESSIMISTIC',
      pointInTimeRecoveryEnablement: 'POINT_IN_TIME_RECOVERY_ENABLED',
      deleteProtectionState: protectData
        ? 'DELETE_PROTECTION_ENABLED'
        : 'DELETE_PROTECTION_DISABLED',
      deletionPolicy: protectData ? 'ABANDON' : 'DELETE',
      ...(kmsKey !== undefined && { cmekConfig: { kmsKeyName: kmsKey } }),
    },
    { protect: protectData, dependsOn },
  )
  createIndexes(database)
  createBackups(database)
  return database
}

/** Creates the indexes, exemptions and time-to-live policies of firestore.indexes.json. The emulator and tests read this file too. */
function createIndexes(database: gcp.firestore.Database): void {
  const { project, name } = database
  const { indexes, fieldOverrides } = JSON.parse(
    readFileSync(new URL('../../firestore.indexes.json', import.meta.url), 'utf8'),
  ) as FirestoreIndexes
  for (const { collectionGroup, queryScope, fields } of indexes) {
    const key = fields.map(({ fieldPath, order, arrayConfig }) =>
      [fieldPath, order ?? arrayConfig].join('-').toLowerCase(),
    )
    new gcp.firestore.Index([collectionGroup, ...key].join('-'), {
      project,
      database: name,
      collection: collectionGroup,
      queryScope,
      fields,
    })
  }
  for (const { collectionGroup, fieldPath, ttl, indexes } of fieldOverrides) {
    new gcp.firestore.Field(`${collectionGroup}-${fieldPath}`, {
      project,
      database: name,
      collection: collectionGroup,
      field: fieldPath,
      // An empty configuration disables the automatic indexes.
      indexConfig: indexes.length > 0 ? { indexes } : {},
      ...(ttl === true && { ttlConfig: {} }),
    })
  }
}

function createBackups({ project, name: database }: gcp.firestore.Database): void {
  new gcp.firestore.BackupSchedule('daily', {
    project,
    database,
    retention: `${dailyRetentionDays * secondsPerDay}s`,
    dailyRecurrence: {},
  })
  new gcp.firestore.BackupSchedule('weekly', {
    project,
    database,
    retention: `${weeklyRetentionDays * secondsPerDay}s`,
    weeklyRecurrence: { day: 'SUNDAY' },
  })
}
