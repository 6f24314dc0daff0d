import { z } from 'zod'
import { isOriginPattern, isPublicUrl } from '../../shared/http/protocol/origin.ts'

const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https URL' })
const corsOrigin = z
  .string()
  .refine(
    isOriginPattern,
    'must be an origin such as https://app.example.com, or https://*.example.com for subdomains',
  )
const count = (least: number, most: number) => z.int().min(least).max(most)

/** Cloud Storage keeps what is deleted for 7 to 90 days; Firestore can be read as it was for 7. */
const leastSoftDeleteDays = 7
const mostSoftDeleteDays = 90

/** What a deployment may choose; every key is `coffer:{key}` in `Pulumi.{stack}.yaml`. */
export const settingsSchema = z.strictObject({
  /** The start of every resource's name, so that two deployments fit into one project. */
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,12}[a-z0-9]$/,
      'must be 2 to 14 of a-z, 0-9 and -, starting with a letter',
    )
    .default('coffer'),
  /** One function for all routes, or one for each function of functions/host/routes.ts. */
  topology: z.enum(['api', 'functions']).default('api'),
  /** The host name of a load balancer that gives the separate functions one origin. */
  domain: z.hostname().optional(),
  /** Where the bytes lie; by default the region itself. */
  bucketLocation: z.string().optional(),
  /** Where the metadata lies, such as `nam5` or `eur3`; by default the region itself. */
  databaseLocation: z.string().optional(),
  alertEmails: z.array(z.email()).min(1, 'must name somebody who reads alerts'),
  budget: z.strictObject({
    billingAccount: z
      .string()
      .regex(/^[0-9A-F]{6}(-[0-9A-F]{6}){2}$/, 'must look like 012345-6789AB-CDEF01'),
    monthly: z.int().positive(),
    currency: z.string().length(3).default('USD'),
  }),
  auth: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('firebase') }),
    z.strictObject({
      mode: z.literal('oidc'),
      issuer: httpsUrl,
      audience: z.string().min(1),
      jwksUrl: httpsUrl,
    }),
  ]),
  corsOrigins: z.array(corsOrigin).default([]),
  publicUrl: z
    .string()
    .refine(
      isPublicUrl,
      'must be where callers reach the service, such as https://files.example.com or https://example.com/files',
    )
    .optional(),
  maxFileMegabytes: count(1, 1023).default(100),
  quotaMegabytes: z.int().positive().default(5120),
  trashRetentionDays: count(1, 3650).default(30),
  uploadExpiryHours: count(1, 168).default(24),
  signedUrlSeconds: count(1, 604_800).default(300),
  crossOriginResourcePolicy: z
    .enum(['same-origin', 'same-site', 'cross-origin'])
    .default('same-origin'),
  softDeleteDays: count(leastSoftDeleteDays, mostSoftDeleteDays).default(leastSoftDeleteDays),
  /** The most instances of each public function: the brake on load and on the bill. */
  maxInstances: count(1, 1000).default(10),
  /** Instances of each public function that never sleep. */
  minInstances: count(0, 100).default(0),
  scan: z
    .strictObject({
      concurrency: count(1, 64).default(4),
      maxInstances: count(1, 100).default(5),
      /** 1 saves the minute that ClamAV takes to load, for the price of an instance that never sleeps. */
      minInstances: count(0, 100).default(0),
    })
    .prefault({}),
  /** Of the service that makes previews and normalizes images. */
  render: z
    .strictObject({
      maxInstances: count(1, 100).default(10),
      minInstances: count(0, 100).default(0),
    })
    .prefault({}),
  sweepSchedule: z.string().default('*/15 * * * *'),
  /** Once an hour, when a sweep has just woken ClamAV. */
  rescanSchedule: z.string().default('17 * * * *'),
  mirrorSchedule: z.string().default('43 */4 * * *'),
  /** Keeps what is infected, out of everybody's reach, for so many days. Off by default. */
  quarantineDays: count(1, 365).optional(),
  /** `projects/…/cryptoKeys/…`, in the location of bucket and database. */
  kmsKey: z
    .string()
    .regex(/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/)
    .optional(),
  /** More variables of every function, such as `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).default({}),
  /** Variables whose values are in Secret Manager: the secret's id, and the version that is meant. */
  secrets: z
    .record(
      z.string().regex(/^[A-Z][A-Z0-9_]*$/),
      z.strictObject({ secret: z.string(), version: z.coerce.string().regex(/^[1-9]\d*$/) }),
    )
    .default({}),
  /** False only while `npm run destroy` has been told twice that the data may go. */
  protectData: z.boolean().default(true),
})

export type Settings = z.output<typeof settingsSchema> & {
  project: string
  region: string
}

/** Throws an `Error` that names every bad key and what it must be. */
export function checked(given: unknown, place: { project: string; region: string }): Settings {
  const { success, data, error } = settingsSchema.safeParse(given)
  if (!success) {
    const complaints = error.issues.map(
      ({ path, message }) => `- coffer:${path.join('.')} ${message}`,
    )
    throw new Error(`The configuration of this stack is not valid:\n${complaints.join('\n')}`)
  }
  if (data.domain !== undefined && data.topology === 'api') {
    throw new Error(
      'coffer:domain is for coffer:topology=functions; for "api" map the domain in Firebase Hosting.',
    )
  }
  return { ...data, ...place }
}

/** Pulumi keeps lists, numbers and objects as JSON, and text as it is. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
