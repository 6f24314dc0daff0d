import { configOf } from './config-of.ts'
import type { Config } from './config.ts'
import { environmentSchema } from './config-schema.ts'
import { crossFieldRules, servingVariables } from './cross-field-rules.ts'

/**
 * Reads the configuration from an environment. An empty variable counts as unset. Throws an `Error` whose message names every
 * invalid variable and its rule. The message contains no value, because a value may be a secret. Without `isServed` the rules
 * about HTTP callers do not apply.
 */
export function loadConfig(
  env: NodeJS.ProcessEnv = process.env,
  { isServed = true }: { isServed?: boolean } = {},
): Config {
  const given = withStandardNames(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  )
  const parsed = environmentSchema.safeParse(given)
  const violations = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`),
    ...crossFieldRules
      .filter(({ variable }) => isServed || !servingVariables.has(variable))
      .filter(({ isViolated }) => isViolated(given))
      .map(({ variable, rule }) => `${variable} ${rule}`),
  ]
  if (!parsed.success || violations.length > 0) {
    throw new Error(
      `The configuration is not valid:\n${violations.map((it) => `- ${it}`).join('\n')}`,
    )
  }
  return freeze(configOf(parsed.data))
}

/** The configuration of the service `render`, which has neither catalog nor store. */
export type RenderConfig = Pick<Config['server'], 'host' | 'port' | 'shutdownSeconds'> &
  Pick<Config, 'projectId'>

/** Reads the configuration of the service `render`. */
export function loadRenderConfig(env: NodeJS.ProcessEnv = process.env): RenderConfig {
  const { HOST, PORT, SHUTDOWN_SECONDS, GOOGLE_CLOUD_PROJECT } = env
  const given = { HOST, PORT, SHUTDOWN_SECONDS, GOOGLE_CLOUD_PROJECT }
  const { server, projectId } = loadConfig(given, { isServed: false })
  return { ...server, projectId }
}

/** Firebase sets GCLOUD_PROJECT for the project. Its emulator makes each function listen on a socket and sets no usable PORT. */
function withStandardNames({ GCLOUD_PROJECT, PORT, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    GOOGLE_CLOUD_PROJECT: GCLOUD_PROJECT,
    ...(env['FUNCTIONS_EMULATOR'] !== 'true' && { PORT }),
    ...env,
  }
}

/** Freezes an object with all its members. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof URL) return value
  for (const member of Object.values(value)) freeze(member)
  return Object.freeze(value)
}
