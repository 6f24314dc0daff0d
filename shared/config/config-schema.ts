import { z } from 'zod'
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
  BLOCK_MODULES: list({
    isItem: (name) => name.length <= 500,
    rule: 'must be names of packages or absolute paths, separated by commas',
  }),
  BLOCK_SANDBOX: oneOf(['required', 'optional']).optional(),
  BLOCK_MAX_SECONDS: integer(1, 3600, 900),
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
