import * as gcp from '@pulumi/gcp'
import type { Resource } from '@pulumi/pulumi'
import type { Settings } from './settings.ts'

const hoursPerDay = 24
export const secondsPerDay = 24 * 3600

/** What every bucket here has: nobody outside reaches it, and access is a matter of IAM alone. */
const closed = { uniformBucketLevelAccess: true, publicAccessPrevention: 'enforced' } as const

/**
 * Where the bytes lie. What is deleted stays for `softDeleteDays`, so that bucket and database can be brought back
 * together. No rule ever deletes a live object: the catalog alone says what may go.
 */
export function createFilesBucket(settings: Settings, dependsOn: Resource[]) {
  const { corsOrigins, uploadExpiryHours, softDeleteDays, protectData } = settings
  return new gcp.storage.Bucket(
    'files',
    {
      ...closed,
      project: settings.project,
      name: `${settings.project}-${settings.name}-files`,
      location: settings.bucketLocation ?? settings.region,
      storageClass: 'STANDARD',
      forceDestroy: !protectData,
      softDeletePolicy: { retentionDurationSeconds: softDeleteDays * secondsPerDay },
      lifecycleRules: [
        {
          action: { type: 'AbortIncompleteMultipartUpload' },
          condition: { age: Math.ceil(uploadExpiryHours / hoursPerDay) },
        },
        // Previews go with their file; one that a crash left behind goes by its age, and one still wanted is made anew.
        { action: { type: 'Delete' }, condition: { age: 90, matchesPrefixes: ['derived/'] } },
      ],
      ...(corsOrigins.length > 0 && {
        cors: [
          {
            // Cloud Storage knows no patterns. Its links and sessions carry their permission, and no page has another.
            origins: corsOrigins.some((origin) => origin.includes('*')) ? ['*'] : corsOrigins,
            methods: ['GET', 'HEAD', 'PUT', 'DELETE'],
            responseHeaders: [
              'Content-Type',
              'Content-Range',
              'Content-Disposition',
              'Range',
              'ETag',
              'X-Goog-Hash',
              'X-Goog-Generation',
            ],
            maxAgeSeconds: 3600,
          },
        ],
      }),
      ...(settings.kmsKey !== undefined && { encryption: { defaultKmsKeyName: settings.kmsKey } }),
    },
    { protect: protectData, dependsOn },
  )
}

/** Infected bytes for whoever examines them; no function reads here, and nothing stays longer than it was told to. */
export function createQuarantineBucket(settings: Settings, days: number, dependsOn: Resource[]) {
  return createPassingBucket(settings, 'quarantine', days, dependsOn)
}

/** ClamAV's signatures, fetched once for all instances. */
export function createMirrorBucket(settings: Settings, dependsOn: Resource[]) {
  return new gcp.storage.Bucket(
    'mirror',
    {
      ...closed,
      project: settings.project,
      name: `${settings.project}-${settings.name}-mirror`,
      location: settings.region,
      forceDestroy: true,
      softDeletePolicy: { retentionDurationSeconds: 0 },
    },
    { dependsOn },
  )
}

/** A bucket whose objects go by themselves after some days. */
export function createPassingBucket(
  settings: Settings,
  name: string,
  days: number,
  dependsOn: Resource[],
) {
  return new gcp.storage.Bucket(
    name,
    {
      ...closed,
      project: settings.project,
      name: `${settings.project}-${settings.name}-${name}`,
      location: settings.bucketLocation ?? settings.region,
      forceDestroy: !settings.protectData || name !== 'quarantine',
      softDeletePolicy: { retentionDurationSeconds: 0 },
      lifecycleRules: [{ action: { type: 'Delete' }, condition: { age: days } }],
      ...(settings.kmsKey !== undefined && { encryption: { defaultKmsKeyName: settings.kmsKey } }),
    },
    { dependsOn },
  )
}
