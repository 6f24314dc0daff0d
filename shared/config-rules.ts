import { isLoopbackHost } from './loopback.ts'

type Environment = Readonly<Partial<Record<string, string>>>

/** What variables must be because of others; asked of the text, so that one bad variable does not hide another. */
export const rulesBetween: {
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
  {
    variable: 'GOOGLE_CLOUD_PROJECT',
    broken: (env) =>
      env['GOOGLE_CLOUD_PROJECT'] === undefined &&
      (env['MEDIA_GCS_BUCKET_NAME'] !== undefined || env['AUTH_MODE'] === 'firebase'),
    rule: 'must be set with MEDIA_GCS_BUCKET_NAME or when AUTH_MODE is "firebase"',
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

function isLocalAuth(env: Environment): boolean {
  return (env['AUTH_MODE'] ?? 'local') === 'local'
}

function onCloudRun(env: Environment): boolean {
  return env['K_SERVICE'] !== undefined && env['FUNCTIONS_EMULATOR'] !== 'true'
}
