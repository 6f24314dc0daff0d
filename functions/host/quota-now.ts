import { parseUserId } from '../../shared/http/auth/token.ts'
import { loadConfig } from '../../shared/config/load-config.ts'
import { bytesPerMegabyte } from '../../shared/config/fields.ts'
import { usageView } from '../../shared/api/usage-view.ts'
import { openRuntime } from '../../shared/runtime/runtime.ts'
import { setQuota, usageOf } from '../../shared/workspace/quota.ts'

const help = `npm run quota -- <user>            shows the usage and the limits of a user
npm run quota -- <user> <MB>       sets the quota of the user in MiB
npm run quota -- <user> default    restores the default, WORKSPACE_QUOTA_MB`

/** An invalid command line; exit code 2. */
class UsageError extends Error {}

/**
 * Shows or sets one user's quota in the configured stores; a server may be running. Prints the usage as JSON. The exit code is 1 if
 * the stores reject the change or fail, and 2 for an invalid command line.
 */
async function main([user, amount, ...more]: string[]): Promise<void> {
  if (user === undefined || more.length > 0) throw new UsageError(help)
  const userId = parsedUser(user)
  const quotaBytes = amount === undefined ? undefined : parsedQuota(amount)
  // The command scans nothing, so it does not connect to clamd.
  const config = { ...loadConfig(undefined, { isServed: false }), clamd: undefined }
  await using runtime = await openRuntime(config)
  const usage =
    quotaBytes === undefined
      ? await usageOf(runtime.ports, userId)
      : await setQuota(runtime.ports, userId, quotaBytes)
  const view = { user: userId, ...usageView(usage, runtime.ports.limits) }
  process.stdout.write(`${JSON.stringify(view, undefined, 2)}\n`)
}

function parsedUser(user: string): string {
  try {
    return parseUserId(user)
  } catch (error) {
    throw new UsageError(`${messageOf(error)}\n${help}`)
  }
}

/** The quota in bytes; null for the default. */
function parsedQuota(amount: string): number | null {
  if (amount === 'default') return null
  const bytes = /^\d{1,10}(\.\d{1,6})?$/.test(amount)
    ? Math.floor(Number(amount) * bytesPerMegabyte)
    : 0
  if (bytes >= 1) return bytes
  throw new UsageError(`The quota must be a number of MiB above 0, or "default".\n${help}`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
})
