import { z } from 'zod'
import { isOriginPattern, isPublicUrl } from '../../shared/http/protocol/origin.ts'

const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https URL' })
const corsOrigin = z
  .string()
  .refine(
    isOriginPattern,
    'must be an origin such as https://app.example.com, or https://*.example.com for subdomains',
  )
const count = (min: number, max: number) => z.int().min(min).max(max)

/** Limits of Cloud Storage. The minimum equals the point-in-time recovery of Firestore. */
const minSoftDeleteDays = 7
const maxSoftDeleteDays = 90

/** Settings of a deployment. Every key is `coffer:{key}` in `Pulumi.{stack}.yaml`. */
export const settingsSchema = z.strictObject({
  /** Prefix of resource names, so that one project can contain several deployments. */
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,12}[a-z0-9]$/,
      'must be 2 to 14 of a-z, 0-9 and -, starting with a letter',
    )
    .default('coffer'),
  /** `api`: one service for all routes. `functions`: one for each function of functions/host/routes.ts. */
  topology: z.enum(['api', 'functions']).default('api'),
  /** The host name of a load balancer that gives the separate functions one origin. */
  domain: z.hostname().optional(),
  /** Location of the bytes. Default: the region. */
  bucketLocation: z.string().optional(),
  /** Location of the metadata, such as `nam5` or `eur3`. Default: the region. */
  databaseLocation: z.string().optional(),
  alertEmails: z.array(z.email()).min(1, 'must name at least one recipient of alerts'),
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
      'must be the URL at which callers reach the service, such as https://files.example.com or https://example.com/files',
    )
    .optional(),
  maxFileMegabytes: count(1, 1023).default(100),
  quotaMegabytes: z.int().positive().default(5120),
  trashRetentionDays: count(1, 3650).default(30),
  eventsRetentionDays: count(1, 3650).default(7),
  uploadExpiryHours: count(1, 168).default(24),
  signedUrlSeconds: count(1, 604_800).default(300),
  crossOriginResourcePolicy: z
    .enum(['same-origin', 'same-site', 'cross-origin'])
    .default('same-origin'),
  softDeleteDays: count(minSoftDeleteDays, maxSoftDeleteDays).default(minSoftDeleteDays),
  /** The most instances of each public function. Limits load and cost. */
  maxInstances: count(1, 1000).default(10),
  /** The number of instances of each public function that are never stopped. */
  minInstances: count(0, 100).default(0),
  scan: z
    .strictObject({
      concurrency: count(1, 64).default(4),
      maxInstances: count(1, 100).default(5),
      /** 1 avoids the minute in which ClamAV loads, and costs a permanent instance. */
      minInstances: count(0, 100).default(0),
    })
    .prefault({}),
  /** The service that renders previews and normalizes images. */
  render: z
    .strictObject({
      maxInstances: count(1, 100).default(10),
      minInstances: count(0, 100).default(0),
    })
    .prefault({}),
  sweepSchedule: z.string().default('*/15 * * * *'),
  /** Hourly, shortly after a sweep, which has started ClamAV. */
  rescanSchedule: z.string().default('17 * * * *'),
  mirrorSchedule: z.string().default('43 */4 * * *'),
  /** Retention of infected bytes in the quarantine bucket. Off by default. */
  quarantineDays: count(1, 365).optional(),
  /** `projects/…/cryptoKeys/…`, in the location of bucket and database. */
  kmsKey: z
    .string()
    .regex(/^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/)
    .optional(),
  /** Additional variables of every function, such as `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).default({}),
  /** Variables with values in Secret Manager: id and version of the secret. */
  secrets: z
    .record(
      z.string().regex(/^[A-Z][A-Z0-9_]*$/),
      z.strictObject({ secret: z.string(), version: z.coerce.string().regex(/^[1-9]\d*$/) }),
    )
    .default({}),
  /** `npm run destroy` sets it to false after the confirmation that data may be deleted. */
  protectData: z.boolean().default(true),
})

export type Settings = z.output<typeof settingsSchema> & {
  project: string
  region: string
}

/** Validates settings. Throws an `Error` that names every invalid key and its rule. */
export function checked(given: unknown, location: { project: string; region: string }): Settings {
  const { success, data, error } = settingsSchema.safeParse(given)
  if (!success) {
    const violations = error.issues.map(
      ({ path, message }) => `- coffer:${path.join('.')} ${message}`,
    )
    throw new Error(`The configuration of this stack is not valid:\n${violations.join('\n')}`)
  }
  if (data.domain !== undefined && data.topology === 'api') {
    throw new Error(
      'coffer:domain is for coffer:topology=functions; for "api" map the domain in Firebase Hosting.',
    )
  }
  return { ...data, ...location }
}

/** Parses a value of the configuration: Pulumi stores lists, numbers and objects as JSON, and text unquoted. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
