import { z } from 'zod'
import { isLoopbackHost } from '../http/protocol/loopback.ts'
import { isOriginPattern, isPublicUrl } from '../http/protocol/origin.ts'
import { defaultRecordLimits } from '../model/record-limits.ts'
import { defaultEventRetentionDays } from '../model/trail/event.ts'
import {
  bytesPerMegabyte,
  flag,
  integer,
  isHttpUrl,
  isLoopbackUrl,
  isPort,
  isTrustworthyOrigin,
  isTrustworthyUrl,
  list,
  maxMegabytes,
  megabytes,
  oneOf,
} from './fields.ts'

const maxSignedUrlSeconds = 7 * 24 * 60 * 60
const maxUploadHours = 7 * 24
/** All open uploads may have the same path. The Firestore document of that path lists them and may have at most 1 MiB. */
const maxOpenUploads = 10_000

const text = z.string().optional()

/** All environment variables of the service, with their defaults and rules. */
export const environmentSchema = z.object({
  MEDIA_GCS_BUCKET_NAME: text,
  GOOGLE_CLOUD_PROJECT: text,
  WORKSPACE_STORAGE_DIR: z.string().default('./.coffer'),
  MAX_FILE_SIZE_MB: megabytes(100),
  WORKSPACE_QUOTA_MB: megabytes(5 * 1024),
  WORKSPACE_MAX_FILES: integer(1, 1_000_000_000, defaultRecordLimits.maxRecords),
  WORKSPACE_MAX_OPEN_UPLOADS: integer(1, maxOpenUploads, defaultRecordLimits.maxOpenUploads),
  WORKSPACE_METADATA_MB: megabytes(defaultRecordLimits.maxMetadataBytes / bytesPerMegabyte),
  TRASH_RETENTION_DAYS: integer(1, 3650, 30),
  EVENTS_RETENTION_DAYS: integer(1, 3650, defaultEventRetentionDays),
  EVENTS_MAX_STREAMS: integer(1, 10_000, 500),
  QUARANTINE_BUCKET_NAME: text,
  QUARANTINE_DIR: text,
  QUARANTINE_RETENTION_DAYS: integer(1, 3650, 30),
  RESCAN_MB_PER_MINUTE: integer(0, maxMegabytes, 60),
  RESCAN_FILES_PER_MINUTE: integer(0, 100_000, 600),
  SIGNED_URL_SECONDS: integer(1, maxSignedUrlSeconds, 300),
  UPLOAD_EXPIRY_HOURS: integer(1, maxUploadHours, 24),
  CLAMAV_SERVICE_ENABLED: flag(true),
  CLAMAV_DISABLED_CONFIRMED: flag(false),
  CLAMAV_SERVICE_HOST: z.string().default('localhost'),
  CLAMAV_SERVICE_PORT: integer(1, 65535, 3310),
  CLAMAV_SOCKET: text,
  CLAMAV_CONCURRENCY: integer(1, 64, 4),
  AUTH_MODE: oneOf(['local', 'oidc', 'firebase']).default('local'),
  OIDC_ISSUER: text,
  OIDC_AUDIENCE: list({
    isItem: (item) => item.length <= 2000,
    rule: 'must be audiences, separated by commas',
  }),
  OIDC_JWKS_URL: z
    .string()
    .refine(isTrustworthyUrl, 'must be an https URL, or an http one on loopback')
    .optional(),
  FIREBASE_AUTH_EMULATOR_HOST: text,
  FIRESTORE_EMULATOR_HOST: text,
  STORAGE_EMULATOR_HOST: text,
  /** A file with credentials; google-auth-library reads it. */
  GOOGLE_APPLICATION_CREDENTIALS: text,
  RENDER_SERVICE_URL: z
    .string()
    .refine(
      isTrustworthyOrigin,
      'must be the https URL of the service "render" without a path, or an http one on loopback',
    )
    .transform((url) => new URL(url).origin)
    .optional(),
  SWEEP_INVOKER: text,
  SWEEP_AUDIENCE: z
    .string()
    .refine(isTrustworthyUrl, 'must be the https URL of the function "sweep"')
    .optional(),
  SWEEP_PLATFORM_VERIFIES_TOKENS: flag(false),
  SWEEP_JWKS_URL: z
    .string()
    .refine(isLoopbackUrl, 'must be an http URL on loopback: it is for tests')
    .optional(),
  IMPORT_ALLOWED_PORTS: list({
    isItem: isPort,
    rule: 'must be ports from 1 to 65535, separated by commas',
    byDefault: ['80', '443'],
  }).transform((ports) => ports.map(Number)),
  IMPORT_GCS_BUCKETS: list({
    isItem: (bucket) => /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket),
    rule: 'must be names of buckets, separated by commas',
  }),
  MEDIA_TEMP_DIR: text,
  CORS_ORIGINS: list({
    isItem: isOriginPattern,
    rule: 'must be origins as browsers send them, separated by commas: https://app.example.com, https://*.example.com for all its subdomains, or capacitor://localhost; not "*" or "null", which any page can be',
  }),
  CROSS_ORIGIN_RESOURCE_POLICY: oneOf(['same-origin', 'same-site', 'cross-origin']).default(
    'same-origin',
  ),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65535, 8080),
  SHUTDOWN_SECONDS: integer(1, 3600, 25),
  PUBLIC_URL: z
    .string()
    .refine(
      isPublicUrl,
      'must be the URL at which callers reach the service, such as https://files.example.com or https://example.com/files, without a query',
    )
    .transform((url) => url.replace(/\/$/, ''))
    .optional(),
  /** Set by Cloud Run, and by the Firebase emulator together with `FUNCTIONS_EMULATOR`. */
  K_SERVICE: text,
  /** Set only by Cloud Run. */
  K_CONFIGURATION: text,
  FUNCTIONS_EMULATOR: text,
  /** The only function that this process serves. The Functions Framework reads it too. */
  FUNCTION_TARGET: text,
  /** The collector of traces and metrics. The exporters read this and the other OTEL_EXPORTER_OTLP_ variables themselves. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(isHttpUrl, 'must be an http or https URL, such as http://localhost:4318')
    .optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/json', 'must be "http/json" or unset').optional(),
  OTEL_SDK_DISABLED: flag(false),
  OTEL_SERVICE_NAME: text,
})

export type Environment = z.output<typeof environmentSchema>

type RawEnvironment = Readonly<Partial<Record<string, string>>>

const emulatorsTogether = [
  ['FIRESTORE_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'],
  ['STORAGE_EMULATOR_HOST', 'FIRESTORE_EMULATOR_HOST'],
] as const

/** Variables whose rules apply only to processes that serve HTTP. */
export const servingVariables: ReadonlySet<string> = new Set(['AUTH_MODE', 'HOST'])

/** Rules between variables. They test the unparsed text, so that one invalid variable does not hide another violation. */
export const crossFieldRules: {
  variable: string
  isViolated: (env: RawEnvironment) => boolean
  rule: string
}[] = [
  {
    variable: 'AUTH_MODE',
    isViolated: (env) => isLocalAuth(env) && onCloudRun(env),
    rule: 'must be "oidc" or "firebase" on Cloud Run: "local" grants access to everyone',
  },
  {
    variable: 'AUTH_MODE',
    isViolated: (env) => isLocalAuth(env) && !onCloudRun(env) && env['OIDC_ISSUER'] !== undefined,
    rule: 'must be "oidc" where OIDC_ISSUER is set: "local" verifies no token',
  },
  {
    variable: 'MEDIA_GCS_BUCKET_NAME',
    isViolated: (env) =>
      env['MEDIA_GCS_BUCKET_NAME'] === undefined &&
      env['WORKSPACE_STORAGE_DIR'] === undefined &&
      onCloudRun(env),
    rule: 'must be set on Cloud Run, whose disk is temporary memory; or set WORKSPACE_STORAGE_DIR to the path of a volume',
  },
  ...emulatorsTogether.map(([variable, other]) => ({
    variable,
    isViolated: (env: RawEnvironment) =>
      env['MEDIA_GCS_BUCKET_NAME'] !== undefined &&
      env[variable] === undefined &&
      env[other] !== undefined &&
      !onCloudRun(env),
    rule: `must be set with ${other}: records and bytes must both be in emulators or both be real`,
  })),
  {
    variable: 'HOST',
    isViolated: (env) => isLocalAuth(env) && !isLoopbackHost(env['HOST'] ?? '127.0.0.1'),
    rule: 'must be a loopback address while AUTH_MODE is "local": that mode grants access to everyone',
  },
  ...['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL'].map((variable) => ({
    variable,
    isViolated: (env: RawEnvironment) => env['AUTH_MODE'] === 'oidc' && env[variable] === undefined,
    rule: 'must be set when AUTH_MODE is "oidc"',
  })),
  {
    variable: 'FIREBASE_AUTH_EMULATOR_HOST',
    isViolated: (env) => env['FIREBASE_AUTH_EMULATOR_HOST'] !== undefined && onCloudRun(env),
    rule: "must not be set on Cloud Run: anyone can create the emulator's tokens",
  },
  ...[
    ['SWEEP_INVOKER', 'SWEEP_AUDIENCE'],
    ['SWEEP_AUDIENCE', 'SWEEP_INVOKER'],
  ].map(([variable = '', other = '']) => ({
    variable,
    isViolated: (env: RawEnvironment) => env[variable] === undefined && env[other] !== undefined,
    rule: `must be set with ${other}: together they identify the scheduler`,
  })),
  {
    variable: 'SWEEP_PLATFORM_VERIFIES_TOKENS',
    isViolated: (env) => env['SWEEP_PLATFORM_VERIFIES_TOKENS'] === 'true' && !onCloudRun(env),
    rule: 'must not be true outside Cloud Run: no other platform verifies tokens before it calls the function',
  },
  {
    variable: 'SWEEP_JWKS_URL',
    isViolated: (env) => env['SWEEP_JWKS_URL'] !== undefined && onCloudRun(env),
    rule: "must not be set on Cloud Run: Google's own keys are used",
  },
  ...['FUNCTIONS_EMULATOR', 'FIRESTORE_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'].map((variable) => ({
    variable,
    isViolated: (env: RawEnvironment) => env[variable] !== undefined && onCloudRun(env),
    rule: 'must not be set on Cloud Run: it is for emulators',
  })),
  {
    variable: 'GOOGLE_CLOUD_PROJECT',
    isViolated: (env) =>
      env['GOOGLE_CLOUD_PROJECT'] === undefined &&
      (env['MEDIA_GCS_BUCKET_NAME'] !== undefined || env['AUTH_MODE'] === 'firebase'),
    rule: 'must be set with MEDIA_GCS_BUCKET_NAME or when AUTH_MODE is "firebase"',
  },
  {
    variable: 'QUARANTINE_BUCKET_NAME',
    isViolated: (env) =>
      env['QUARANTINE_BUCKET_NAME'] !== undefined &&
      [undefined, env['QUARANTINE_BUCKET_NAME']].includes(env['MEDIA_GCS_BUCKET_NAME']),
    rule: 'must be another bucket than MEDIA_GCS_BUCKET_NAME, which must be set; on a disk set QUARANTINE_DIR',
  },
  {
    variable: 'QUARANTINE_DIR',
    isViolated: (env) =>
      env['QUARANTINE_DIR'] !== undefined && env['MEDIA_GCS_BUCKET_NAME'] !== undefined,
    rule: 'must not be set with MEDIA_GCS_BUCKET_NAME: set QUARANTINE_BUCKET_NAME',
  },
  {
    variable: 'IMPORT_GCS_BUCKETS',
    isViolated: (env) =>
      (env['IMPORT_GCS_BUCKETS'] ?? '')
        .split(',')
        .some((bucket) => ownBuckets(env).includes(bucket.trim())),
    rule: 'must not name a bucket of the service: every user could import all files in it',
  },
  {
    variable: 'RENDER_SERVICE_URL',
    isViolated: (env) => /^http:/i.test(env['RENDER_SERVICE_URL'] ?? '') && onCloudRun(env),
    rule: 'must be an https URL on Cloud Run: a decoder in the process of a function has the rights of its service account',
  },
  {
    variable: 'CLAMAV_SERVICE_ENABLED',
    isViolated: (env) =>
      env['CLAMAV_SERVICE_ENABLED'] === 'false' &&
      env['CLAMAV_DISABLED_CONFIRMED'] !== 'true' &&
      onCloudRun(env),
    rule: 'must be true on Cloud Run, unless CLAMAV_DISABLED_CONFIRMED=true confirms that files are not scanned',
  },
]

function ownBuckets(env: RawEnvironment): string[] {
  return [env['MEDIA_GCS_BUCKET_NAME'], env['QUARANTINE_BUCKET_NAME']].filter(
    (bucket) => bucket !== undefined,
  )
}

function isLocalAuth(env: RawEnvironment): boolean {
  return (env['AUTH_MODE'] ?? 'local') === 'local'
}

/** The Firebase emulator sets K_SERVICE and K_REVISION as Cloud Run does, but not K_CONFIGURATION. */
export function onCloudRun(env: {
  K_SERVICE?: string | undefined
  K_CONFIGURATION?: string | undefined
  FUNCTIONS_EMULATOR?: string | undefined
}): boolean {
  if (env.K_CONFIGURATION !== undefined) return true
  return env.K_SERVICE !== undefined && env.FUNCTIONS_EMULATOR !== 'true'
}
