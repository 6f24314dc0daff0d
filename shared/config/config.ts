import { onCloudRun, crossFieldRules, servingVariables } from './config-rules.ts'
import { bytesPerMegabyte, environmentSchema, type Environment } from './config-schema.ts'
import type { SchedulerIdentity } from '../http/auth/scheduler.ts'
import type { AuthConfig } from '../http/auth/open-authenticator.ts'
import type { TelemetryOptions } from '../observability/telemetry.ts'
import type { RecordLimits } from '../model/usage.ts'
import type { Limits } from '../ports/ports.ts'

const secondsPerHour = 3600

export interface RescanRate {
  readonly bytesPerMinute: number
  readonly filesPerMinute: number
}

export interface Config {
  readonly server: {
    readonly host: string
    /** 0 for any free port. */
    readonly port: number
    /** Where callers reach the service, with a path or without, if a proxy stands in front. */
    readonly publicUrl: string | undefined
    readonly corsOrigins: readonly string[]
    readonly crossOriginResourcePolicy: 'same-origin' | 'same-site' | 'cross-origin'
    /** From SIGTERM to the end of the process, at most. */
    readonly shutdownSeconds: number
  }
  readonly auth: Readonly<AuthConfig>
  readonly limits: Readonly<Limits>
  /** The quota of a workspace whose record names none. */
  readonly quotaBytes: number
  /** The records that one workspace may have. */
  readonly recordLimits: Readonly<RecordLimits>
  readonly signedUrlSeconds: number
  /** SQLite and disk under one directory, or Firestore and Cloud Storage. */
  readonly storage:
    | { readonly kind: 'local'; readonly directory: string }
    | {
        readonly kind: 'gcp'
        readonly projectId: string
        readonly bucket: string
        readonly isEmulated: boolean
      }
  /** Undefined where scanning is switched off on purpose. */
  readonly clamd:
    | {
        readonly address:
          | { readonly path: string }
          | { readonly host: string; readonly port: number }
        readonly concurrency: number
      }
    | undefined
  readonly quarantine: {
    /** A directory or a bucket, also for what is infected on arrival; undefined: beside the blobs, for condemned files only. */
    readonly place: string | undefined
    readonly retentionDays: number
  }
  readonly imports: {
    /** Of the URLs that are fetched. */
    readonly allowedPorts: readonly number[]
    /** Buckets of Cloud Storage that anyone may import from. */
    readonly buckets: readonly string[]
  }
  /** What makes previews and normalizes images; nothing where decoders would run beside credentials. */
  readonly rendering:
    | { readonly by: 'processes' | 'nothing' }
    /** Authorized with an ID token, save on loopback. */
    | { readonly by: 'service'; readonly origin: string; readonly isAuthorized: boolean }
  /** Where executions have their directories; undefined: the system's. */
  readonly temporaryDirectory: string | undefined
  /** How much is scanned again, at most; undefined where nothing is. */
  readonly rescan: RescanRate | undefined
  /** Whose call sweeps, where the platform calls at all. */
  readonly sweepInvoker: Readonly<SchedulerIdentity> | undefined
  /** The project that traces in the log belong to. */
  readonly projectId: string | undefined
  /** Under the Firebase emulators. */
  readonly emulated: boolean
  /** The one function that this process serves, where that is known. */
  readonly functionTarget: string | undefined
  /** Undefined where neither traces nor metrics are wanted. */
  readonly telemetry: Readonly<TelemetryOptions> | undefined
}

/**
 * The configuration that an environment asks for; an empty variable counts as unset. Throws an `Error` whose message
 * names every bad variable and what it must be, and no value: one may be a secret. What is not served over HTTP needs no
 * rules of who may call.
 */
export function loadConfig(
  env: NodeJS.ProcessEnv = process.env,
  { isServed = true }: { isServed?: boolean } = {},
): Config {
  const given = underNamesOfOurs(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  )
  const parsed = environmentSchema.safeParse(given)
  const complaints = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`),
    ...crossFieldRules
      .filter(({ variable }) => isServed || !servingVariables.has(variable))
      .filter(({ broken }) => broken(given))
      .map(violation),
  ]
  if (!parsed.success || complaints.length > 0) {
    throw new Error(
      `The configuration is not valid:\n${complaints.map((it) => `- ${it}`).join('\n')}`,
    )
  }
  return freeze(configOf(parsed.data))
}

/** What the service `render` is told, which has neither catalog nor store. */
export type RenderConfig = Pick<Config['server'], 'host' | 'port' | 'shutdownSeconds'> &
  Pick<Config, 'projectId'>

/** The same for the service `render`. */
export function loadRenderConfig(env: NodeJS.ProcessEnv = process.env): RenderConfig {
  const { HOST, PORT, SHUTDOWN_SECONDS, GOOGLE_CLOUD_PROJECT } = env
  const given = { HOST, PORT, SHUTDOWN_SECONDS, GOOGLE_CLOUD_PROJECT }
  const { server, projectId } = loadConfig(given, { isServed: false })
  return { ...server, projectId }
}

/** Firebase calls the project otherwise, and its emulator has a function listen at a socket of its own. */
function underNamesOfOurs({ GCLOUD_PROJECT, PORT, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    GOOGLE_CLOUD_PROJECT: GCLOUD_PROJECT,
    ...(env['FUNCTIONS_EMULATOR'] !== 'true' && { PORT }),
    ...env,
  }
}

function configOf(env: Environment): Config {
  return {
    server: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL,
      corsOrigins: env.CORS_ORIGINS,
      crossOriginResourcePolicy: env.CROSS_ORIGIN_RESOURCE_POLICY,
      shutdownSeconds: env.SHUTDOWN_SECONDS,
    },
    auth: authOf(env),
    limits: {
      maxFileBytes: env.MAX_FILE_SIZE_MB,
      uploadExpirySeconds: env.UPLOAD_EXPIRY_HOURS * secondsPerHour,
      trashRetentionDays: env.TRASH_RETENTION_DAYS,
    },
    quotaBytes: env.WORKSPACE_QUOTA_MB,
    recordLimits: {
      maxRecords: env.WORKSPACE_MAX_FILES,
      maxOpenUploads: env.WORKSPACE_MAX_OPEN_UPLOADS,
      maxMetadataBytes: env.WORKSPACE_METADATA_MB,
    },
    signedUrlSeconds: env.SIGNED_URL_SECONDS,
    storage: env.MEDIA_GCS_BUCKET_NAME
      ? {
          kind: 'gcp',
          projectId: set(env.GOOGLE_CLOUD_PROJECT),
          bucket: env.MEDIA_GCS_BUCKET_NAME,
          isEmulated: env.FIRESTORE_EMULATOR_HOST !== undefined,
        }
      : { kind: 'local', directory: env.WORKSPACE_STORAGE_DIR },
    clamd: env.CLAMAV_SERVICE_ENABLED
      ? {
          address: env.CLAMAV_SOCKET
            ? { path: env.CLAMAV_SOCKET }
            : { host: env.CLAMAV_SERVICE_HOST, port: env.CLAMAV_SERVICE_PORT },
          concurrency: env.CLAMAV_CONCURRENCY,
        }
      : undefined,
    quarantine: {
      place: env.QUARANTINE_BUCKET_NAME ?? env.QUARANTINE_DIR,
      retentionDays: env.QUARANTINE_RETENTION_DAYS,
    },
    imports: { allowedPorts: env.IMPORT_ALLOWED_PORTS, buckets: env.IMPORT_GCS_BUCKETS },
    rendering: renderingOf(env),
    temporaryDirectory: env.MEDIA_TEMP_DIR,
    rescan: rescanOf(env),
    sweepInvoker: sweepInvokerOf(env),
    projectId: env.GOOGLE_CLOUD_PROJECT,
    emulated: env.FUNCTIONS_EMULATOR === 'true',
    functionTarget: env.FUNCTION_TARGET,
    telemetry: telemetryOf(env),
  }
}

function renderingOf(env: Environment): Config['rendering'] {
  const origin = env.RENDER_SERVICE_URL
  if (origin !== undefined) {
    return { by: 'service', origin, isAuthorized: origin.startsWith('https:') }
  }
  const isEmulated = env.FIRESTORE_EMULATOR_HOST !== undefined || env.FUNCTIONS_EMULATOR === 'true'
  const isCloud = onCloudRun(env) || (env.MEDIA_GCS_BUCKET_NAME !== undefined && !isEmulated)
  return { by: isCloud ? 'nothing' : 'processes' }
}

function rescanOf(env: Environment): RescanRate | undefined {
  const bytesPerMinute = env.RESCAN_MB_PER_MINUTE * bytesPerMegabyte
  const filesPerMinute = env.RESCAN_FILES_PER_MINUTE
  return bytesPerMinute > 0 && filesPerMinute > 0 ? { bytesPerMinute, filesPerMinute } : undefined
}

function sweepInvokerOf(env: Environment): SchedulerIdentity | undefined {
  const { SWEEP_INVOKER: email, SWEEP_AUDIENCE: audience, SWEEP_JWKS_URL: jwksUrl } = env
  if (email === undefined || audience === undefined) return undefined
  return {
    email,
    audience,
    // Cloud Run alone takes the signature away.
    mayBeUnsigned: env.K_SERVICE !== undefined && env.FUNCTIONS_EMULATOR === undefined,
    ...(jwksUrl !== undefined && { jwksUrl: new URL(jwksUrl) }),
  }
}

function telemetryOf(env: Environment): TelemetryOptions | undefined {
  if (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined || env.OTEL_SDK_DISABLED) return undefined
  return {
    serviceName: env.OTEL_SERVICE_NAME ?? env.K_SERVICE ?? 'coffer',
    // Cloud Run gives an instance no time between requests.
    flushAfterRequests: env.K_SERVICE !== undefined,
  }
}

function authOf(env: Environment): AuthConfig {
  if (env.AUTH_MODE === 'local') return { mode: 'local', origins: env.CORS_ORIGINS }
  if (env.AUTH_MODE === 'firebase') {
    return {
      mode: 'firebase',
      projectId: set(env.GOOGLE_CLOUD_PROJECT),
      emulator: env.FIREBASE_AUTH_EMULATOR_HOST !== undefined,
    }
  }
  return {
    mode: 'oidc',
    issuer: set(env.OIDC_ISSUER),
    audience: set(env.OIDC_AUDIENCE),
    jwksUrl: new URL(set(env.OIDC_JWKS_URL)),
  }
}

function violation({ variable, rule }: { variable: string; rule: string }): string {
  return `${variable} ${rule}`
}

/** What `crossFieldRules` has checked already. */
function set(value: string | undefined): string {
  if (value === undefined)
    throw new Error('A variable is unset that the rules between variables require')
  return value
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof URL) return value
  for (const member of Object.values(value)) freeze(member)
  return Object.freeze(value)
}
