import type { Input } from '@pulumi/pulumi'
import type { Settings } from '../settings.ts'

export type Variables = Record<string, Input<string>>

/** Variables of every function. An omitted variable has the default of the code. */
export function commonVariables(settings: Settings, bucket: Input<string>): Variables {
  const { auth, corsOrigins, publicUrl, domain } = settings
  const ownOrigin = domain === undefined ? undefined : `https://${domain}`
  const origin = publicUrl ?? ownOrigin
  return {
    GOOGLE_CLOUD_PROJECT: settings.project,
    MEDIA_GCS_BUCKET_NAME: bucket,
    MAX_FILE_SIZE_MB: `${settings.maxFileMegabytes}`,
    WORKSPACE_QUOTA_MB: `${settings.quotaMegabytes}`,
    TRASH_RETENTION_DAYS: `${settings.trashRetentionDays}`,
    EVENTS_RETENTION_DAYS: `${settings.eventsRetentionDays}`,
    UPLOAD_EXPIRY_HOURS: `${settings.uploadExpiryHours}`,
    SIGNED_URL_SECONDS: `${settings.signedUrlSeconds}`,
    CROSS_ORIGIN_RESOURCE_POLICY: settings.crossOriginResourcePolicy,
    AUTH_MODE: auth.mode,
    ...(auth.mode === 'oidc' && {
      OIDC_ISSUER: auth.issuer,
      OIDC_AUDIENCE: auth.audience,
      OIDC_JWKS_URL: auth.jwksUrl,
    }),
    ...(corsOrigins.length > 0 && { CORS_ORIGINS: corsOrigins.join(',') }),
    ...(origin !== undefined && { PUBLIC_URL: origin }),
    ...settings.environment,
  }
}

/** Variables of a function with the clamd sidecar, which listens on the loopback of the instance. */
export function scannerVariables({ scan }: Settings): Variables {
  return {
    CLAMAV_SERVICE_ENABLED: 'true',
    CLAMAV_SERVICE_HOST: 'localhost',
    CLAMAV_SERVICE_PORT: `${clamdPort}`,
    CLAMAV_CONCURRENCY: `${scan.concurrency}`,
  }
}

/** Variables of the quarantine. Empty without a quarantine. */
export function quarantineVariables(
  { quarantineDays }: Settings,
  bucket: Input<string> | undefined,
): Variables {
  if (quarantineDays === undefined || bucket === undefined) return {}
  return { QUARANTINE_BUCKET_NAME: bucket, QUARANTINE_RETENTION_DAYS: `${quarantineDays}` }
}

export const clamdPort = 3310

/** Variables that the code reads and the deployment does not set, each with the reason. */
export const leftAtDefault: Record<string, string> = {
  WORKSPACE_STORAGE_DIR: 'only for the local store; the cloud has MEDIA_GCS_BUCKET_NAME',
  QUARANTINE_DIR: 'only for the local store; the cloud has QUARANTINE_BUCKET_NAME',
  HOST: 'the images set it',
  PORT: 'Cloud Run sets it',
  SHUTDOWN_SECONDS: 'the images set it; Cloud Run ends an instance 10 s after SIGTERM',
  K_CONFIGURATION: 'Cloud Run sets it',
  K_SERVICE: 'Cloud Run sets it',
  CLAMAV_SOCKET: 'the containers of an instance share loopback, not a file system',
  CLAMAV_DISABLED_CONFIRMED: 'scanning is enabled',
  FIREBASE_AUTH_EMULATOR_HOST: 'for emulators',
  FIRESTORE_EMULATOR_HOST: 'for emulators',
  STORAGE_EMULATOR_HOST: 'for emulators',
  GOOGLE_APPLICATION_CREDENTIALS: 'a service has a metadata server',
  FUNCTIONS_EMULATOR: 'for emulators',
  WORKSPACE_MAX_FILES: 'the default fits most users; coffer:environment changes it',
  WORKSPACE_MAX_OPEN_UPLOADS: 'as above',
  WORKSPACE_METADATA_MB: 'as above',
  RESCAN_MB_PER_MINUTE: 'the default pace fits one instance; coffer:environment changes it',
  RESCAN_FILES_PER_MINUTE: 'as above',
  SWEEP_JWKS_URL: "for tests; by default Google's own keys",
  IMPORT_ALLOWED_PORTS: '80 and 443 by default; coffer:environment changes it',
  IMPORT_GCS_BUCKETS:
    'none by default; coffer:environment names buckets, and the operator grants access to them',
  BLOCK_MODULES: 'none by default; an image with further packages sets it',
  BLOCK_MAX_SECONDS: 'the default is shorter than the timeout of the service',
  MEDIA_TEMP_DIR: 'for code that embeds the library; instances have their own temporary directory',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'off unless coffer:environment names a collector',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'as above',
  OTEL_SDK_DISABLED: 'as above',
  OTEL_SERVICE_NAME: 'the name of the Cloud Run service',
}
