import type { AuthConfig } from '../http/auth/open-authenticator.ts'
import type { SchedulerIdentity } from '../http/auth/scheduler.ts'
import type { TelemetryOptions } from '../observability/telemetry.ts'
import type { Environment } from './config-schema.ts'
import { onCloudRun } from './on-cloud-run.ts'
import type { Config, RescanRate } from './config.ts'
import { bytesPerMegabyte } from './fields.ts'

const secondsPerHour = 3600

/** The configuration of a valid environment. */
export function configOf(env: Environment): Config {
  return {
    server: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL,
      corsOrigins: env.CORS_ORIGINS,
      crossOriginResourcePolicy: env.CROSS_ORIGIN_RESOURCE_POLICY,
      maxAnnouncedBytes: onCloudRun(env) ? maxAnnouncedBytes : undefined,
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
    eventRetentionDays: env.EVENTS_RETENTION_DAYS,
    maxStreams: env.EVENTS_MAX_STREAMS,
    signedUrlSeconds: env.SIGNED_URL_SECONDS,
    storage: env.MEDIA_GCS_BUCKET_NAME
      ? {
          kind: 'gcp',
          projectId: set(env.GOOGLE_CLOUD_PROJECT),
          bucket: env.MEDIA_GCS_BUCKET_NAME,
        }
      : { kind: 'local', directory: env.WORKSPACE_STORAGE_DIR },
    google: {
      firestoreEmulator: env.FIRESTORE_EMULATOR_HOST,
      storageEmulator: env.STORAGE_EMULATOR_HOST,
      hasMetadataServer: onCloudRun(env) && env.GOOGLE_APPLICATION_CREDENTIALS === undefined,
    },
    clamd: env.CLAMAV_SERVICE_ENABLED
      ? {
          address: env.CLAMAV_SOCKET
            ? { path: env.CLAMAV_SOCKET }
            : { host: env.CLAMAV_SERVICE_HOST, port: env.CLAMAV_SERVICE_PORT },
          concurrency: env.CLAMAV_CONCURRENCY,
        }
      : undefined,
    quarantine: {
      location: env.QUARANTINE_BUCKET_NAME ?? env.QUARANTINE_DIR,
      retentionDays: env.QUARANTINE_RETENTION_DAYS,
    },
    imports: { allowedPorts: env.IMPORT_ALLOWED_PORTS, buckets: env.IMPORT_GCS_BUCKETS },
    rendering: renderingOf(env),
    blocks: {
      modules: env.BLOCK_MODULES,
      requiresSandbox:
        (env.BLOCK_SANDBOX ?? (onCloudRun(env) ? 'required' : 'optional')) === 'required',
      maxSeconds: env.BLOCK_MAX_SECONDS,
    },
    temporaryDirectory: env.MEDIA_TEMP_DIR,
    rescan: rescanOf(env),
    sweepInvoker: sweepInvokerOf(env),
    projectId: env.GOOGLE_CLOUD_PROJECT,
    emulated: env.FUNCTIONS_EMULATOR === 'true',
    functionTarget: env.FUNCTION_TARGET,
    telemetry: telemetryOf(env),
  }
}

/**
 * Cloud Run fails answers over HTTP/1 that announce more than 32 MiB, and streams longer ones in chunks
 * (https://cloud.google.com/run/quotas). The rest is for the header fields.
 */
const maxAnnouncedBytes = 31 * 1024 * 1024

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
    platformVerifies: env.SWEEP_PLATFORM_VERIFIES_TOKENS,
    ...(jwksUrl !== undefined && { jwksUrl: new URL(jwksUrl) }),
  }
}

function telemetryOf(env: Environment): TelemetryOptions | undefined {
  if (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined || env.OTEL_SDK_DISABLED) return undefined
  return {
    serviceName: env.OTEL_SERVICE_NAME ?? env.K_SERVICE ?? 'coffer',
    // Cloud Run gives an instance no CPU between requests.
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
    audiences: env.OIDC_AUDIENCE,
    jwksUrl: new URL(set(env.OIDC_JWKS_URL)),
  }
}

/** A variable that `crossFieldRules` requires. */
function set(value: string | undefined): string {
  if (value === undefined) throw new Error('A variable is unset that crossFieldRules requires')
  return value
}
