import * as gcp from '@pulumi/gcp'
import type { Resource } from '@pulumi/pulumi'
import type { Settings } from './settings.ts'

const hoursPerDay = 24
export const secondsPerDay = 24 * 3600

/** Settings of every bucket: only IAM grants access, and never to the public. */
const privateAccess = {
  uniformBucketLevelAccess: true,
  publicAccessPrevention: 'enforced',
} as const

/**
 * The bucket of the files. Deleted objects stay for `softDeleteDays`, so that bucket and database can be restored to the
 * same instant. No lifecycle rule deletes a file: only the catalog decides what is deleted.
 */
export function createFilesBucket(settings: Settings, dependsOn: Resource[]) {
  const { corsOrigins, uploadExpiryHours, softDeleteDays, protectData } = settings
  return new gcp.storage.Bucket(
    'files',
    {
      ...privateAccess,
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
        // Deleting a file deletes its previews. This rule removes those that a crash left; a read renders them again.
        { action: { type: 'Delete' }, condition: { age: 90, matchesPrefixes: ['derived/'] } },
      ],
      ...(corsOrigins.length > 0 && {
        cors: [
          {
            // Cloud Storage supports no patterns. Pages have no access other than signed links and upload sessions.
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

/** Stores infected bytes for examination by operators, for a limited time. No function serves them. */
export function createQuarantineBucket(settings: Settings, days: number, dependsOn: Resource[]) {
  return createExpiringBucket(settings, 'quarantine', days, dependsOn)
}

/** Contains the signatures of ClamAV, downloaded once for all instances. */
export function createMirrorBucket(settings: Settings, dependsOn: Resource[]) {
  return new gcp.storage.Bucket(
    'mirror',
    {
      ...privateAccess,
      project: settings.project,
      name: `${settings.project}-${settings.name}-mirror`,
      location: settings.region,
      forceDestroy: true,
      softDeletePolicy: { retentionDurationSeconds: 0 },
    },
    { dependsOn },
  )
}

/** A bucket whose objects are deleted after `days`. */
export function createExpiringBucket(
  settings: Settings,
  name: string,
  days: number,
  dependsOn: Resource[],
) {
  return new gcp.storage.Bucket(
    name,
    {
      ...privateAccess,
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
