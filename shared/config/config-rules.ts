import { isLoopbackHost } from '../http/protocol/loopback.ts'

type Environment = Readonly<Partial<Record<string, string>>>

const emulatorsTogether = [
  ['FIRESTORE_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'],
  ['STORAGE_EMULATOR_HOST', 'FIRESTORE_EMULATOR_HOST'],
] as const

/** What matters only where callers come over HTTP. */
export const servingVariables: ReadonlySet<string> = new Set(['AUTH_MODE', 'HOST'])

/** What variables must be because of others; asked of the text, so that one bad variable does not hide another. */
export const crossFieldRules: {
  variable: string
  broken: (env: Environment) => boolean
  rule: string
}[] = [
  {
    variable: 'AUTH_MODE',
    broken: (env) => isLocalAuth(env) && onCloudRun(env),
    rule: 'must be "oidc" or "firebase" on Cloud Run: "local" lets everyone in',
  },
  {
    variable: 'AUTH_MODE',
    broken: (env) => isLocalAuth(env) && !onCloudRun(env) && env['OIDC_ISSUER'] !== undefined,
    rule: 'must be "oidc" where OIDC_ISSUER is set: "local" looks at no token',
  },
  {
    variable: 'MEDIA_GCS_BUCKET_NAME',
    broken: (env) =>
      env['MEDIA_GCS_BUCKET_NAME'] === undefined &&
      env['WORKSPACE_STORAGE_DIR'] === undefined &&
      onCloudRun(env),
    rule: "must be set on Cloud Run, whose own disk is memory and is lost; or WORKSPACE_STORAGE_DIR, to a volume's",
  },
  ...emulatorsTogether.map(([variable, other]) => ({
    variable,
    broken: (env: Environment) =>
      env['MEDIA_GCS_BUCKET_NAME'] !== undefined &&
      env[variable] === undefined &&
      env[other] !== undefined &&
      !onCloudRun(env),
    rule: `must be set with ${other}: records and bytes are either both of emulators or both real`,
  })),
  {
    variable: 'HOST',
    broken: (env) => isLocalAuth(env) && !isLoopbackHost(env['HOST'] ?? '127.0.0.1'),
    rule: 'must be a loopback address while AUTH_MODE is "local": that mode lets everyone in',
  },
  ...['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL'].map((variable) => ({
    variable,
    broken: (env: Environment) => env['AUTH_MODE'] === 'oidc' && env[variable] === undefined,
    rule: 'must be set when AUTH_MODE is "oidc"',
  })),
  {
    variable: 'FIREBASE_AUTH_EMULATOR_HOST',
    broken: (env) => env['FIREBASE_AUTH_EMULATOR_HOST'] !== undefined && onCloudRun(env),
    rule: "must not be set on Cloud Run: anyone can make the emulator's tokens",
  },
  ...[
    ['SWEEP_INVOKER', 'SWEEP_AUDIENCE'],
    ['SWEEP_AUDIENCE', 'SWEEP_INVOKER'],
  ].map(([variable = '', other = '']) => ({
    variable,
    broken: (env: Environment) => env[variable] === undefined && env[other] !== undefined,
    rule: `must be set with ${other}: they say together whose call sweeps`,
  })),
  {
    variable: 'SWEEP_JWKS_URL',
    broken: (env) => env['SWEEP_JWKS_URL'] !== undefined && onCloudRun(env),
    rule: "must not be set on Cloud Run: Google's own keys are used",
  },
  ...['FUNCTIONS_EMULATOR', 'FIRESTORE_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'].map((variable) => ({
    variable,
    broken: (env: Environment) => env[variable] !== undefined && onCloudRun(env),
    rule: 'must not be set on Cloud Run: it is for emulators',
  })),
  {
    variable: 'GOOGLE_CLOUD_PROJECT',
    broken: (env) =>
      env['GOOGLE_CLOUD_PROJECT'] === undefined &&
      (env['MEDIA_GCS_BUCKET_NAME'] !== undefined || env['AUTH_MODE'] === 'firebase'),
    rule: 'must be set with MEDIA_GCS_BUCKET_NAME or when AUTH_MODE is "firebase"',
  },
  {
    variable: 'QUARANTINE_BUCKET_NAME',
    broken: (env) =>
      env['QUARANTINE_BUCKET_NAME'] !== undefined &&
      [undefined, env['QUARANTINE_BUCKET_NAME']].includes(env['MEDIA_GCS_BUCKET_NAME']),
    rule: 'must be a bucket of its own, beside MEDIA_GCS_BUCKET_NAME; on a disk set QUARANTINE_DIR',
  },
  {
    variable: 'QUARANTINE_DIR',
    broken: (env) =>
      env['QUARANTINE_DIR'] !== undefined && env['MEDIA_GCS_BUCKET_NAME'] !== undefined,
    rule: 'must not be set with MEDIA_GCS_BUCKET_NAME: set QUARANTINE_BUCKET_NAME',
  },
  {
    variable: 'IMPORT_GCS_BUCKETS',
    broken: (env) =>
      (env['IMPORT_GCS_BUCKETS'] ?? '')
        .split(',')
        .some((bucket) => ownBuckets(env).includes(bucket.trim())),
    rule: 'must not name a bucket of the service itself: anyone could import what is in it',
  },
  {
    variable: 'RENDER_SERVICE_URL',
    broken: (env) => /^http:/i.test(env['RENDER_SERVICE_URL'] ?? '') && onCloudRun(env),
    rule: 'must be an https URL on Cloud Run: a decoder beside a function has the rights of its service account',
  },
  {
    variable: 'CLAMAV_SERVICE_ENABLED',
    broken: (env) =>
      env['CLAMAV_SERVICE_ENABLED'] === 'false' &&
      env['CLAMAV_DISABLED_CONFIRMED'] !== 'true' &&
      onCloudRun(env),
    rule: 'must be true on Cloud Run, unless CLAMAV_DISABLED_CONFIRMED=true says that files go unscanned on purpose',
  },
]

function ownBuckets(env: Environment): string[] {
  return [env['MEDIA_GCS_BUCKET_NAME'], env['QUARANTINE_BUCKET_NAME']].filter(
    (bucket) => bucket !== undefined,
  )
}

function isLocalAuth(env: Environment): boolean {
  return (env['AUTH_MODE'] ?? 'local') === 'local'
}

/** The Firebase emulator names a service and a revision as Cloud Run does, but no configuration. */
export function onCloudRun(env: {
  K_SERVICE?: string | undefined
  K_CONFIGURATION?: string | undefined
  FUNCTIONS_EMULATOR?: string | undefined
}): boolean {
  if (env.K_CONFIGURATION !== undefined) return true
  return env.K_SERVICE !== undefined && env.FUNCTIONS_EMULATOR !== 'true'
}
