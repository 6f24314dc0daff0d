import { rulesBetween } from './config-rules.ts'
import { environmentSchema, type Environment } from './config-schema.ts'
import type { AuthConfig } from './http/open-authenticator.ts'
import type { Limits } from './workspace/ports.ts'

const secondsPerHour = 3600

export interface Config {
  readonly server: {
    readonly host: string
    /** 0 for any free port. */
    readonly port: number
    /** The origin that callers see, where a proxy stands in front. */
    readonly publicUrl: string | undefined
    readonly corsOrigins: readonly string[]
    readonly crossOriginResourcePolicy: 'same-origin' | 'same-site' | 'cross-origin'
  }
  readonly auth: Readonly<AuthConfig>
  readonly limits: Readonly<Limits>
  /** The quota of a workspace whose record names none. */
  readonly quotaBytes: number
  readonly signedUrlSeconds: number
  /** SQLite and disk under one directory, or Firestore and Cloud Storage. */
  readonly storage:
    | { readonly kind: 'local'; readonly directory: string }
    | { readonly kind: 'gcp'; readonly projectId: string; readonly bucket: string }
  /** Undefined where scanning is switched off on purpose. */
  readonly clamd:
    | {
        readonly address:
          | { readonly path: string }
          | { readonly host: string; readonly port: number }
        readonly concurrency: number
      }
    | undefined
}

/**
 * The configuration that an environment asks for; an empty variable counts as unset. Throws an `Error` whose message
 * names every bad variable and what it must be, and no value: one may be a secret.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(given)
  const complaints = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`),
    ...rulesBetween.filter(({ broken }) => broken(given)).map(complaint),
  ]
  if (!parsed.success || complaints.length > 0) {
    throw new Error(
      `The configuration is not valid:\n${complaints.map((it) => `- ${it}`).join('\n')}`,
    )
  }
  return freeze(configOf(parsed.data))
}

function configOf(env: Environment): Config {
  return {
    server: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: env.PUBLIC_URL,
      corsOrigins: env.CORS_ORIGINS,
      crossOriginResourcePolicy: env.CROSS_ORIGIN_RESOURCE_POLICY,
    },
    auth: authOf(env),
    limits: {
      maxFileBytes: env.MAX_FILE_SIZE_MB,
      uploadExpirySeconds: env.UPLOAD_EXPIRY_HOURS * secondsPerHour,
      trashRetentionDays: env.TRASH_RETENTION_DAYS,
    },
    quotaBytes: env.WORKSPACE_QUOTA_MB,
    signedUrlSeconds: env.SIGNED_URL_SECONDS,
    storage: env.MEDIA_GCS_BUCKET_NAME
      ? { kind: 'gcp', projectId: set(env.GOOGLE_CLOUD_PROJECT), bucket: env.MEDIA_GCS_BUCKET_NAME }
      : { kind: 'local', directory: env.WORKSPACE_STORAGE_DIR },
    clamd: env.CLAMAV_SERVICE_ENABLED
      ? {
          address: env.CLAMAV_SOCKET
            ? { path: env.CLAMAV_SOCKET }
            : { host: env.CLAMAV_SERVICE_HOST, port: env.CLAMAV_SERVICE_PORT },
          concurrency: env.CLAMAV_CONCURRENCY,
        }
      : undefined,
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

function complaint({ variable, rule }: { variable: string; rule: string }): string {
  return `${variable} ${rule}`
}

/** What `rulesBetween` has checked already. */
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
