import { isLoopbackHost } from '../http/protocol/loopback.ts'
import { onCloudRun } from './on-cloud-run.ts'

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
