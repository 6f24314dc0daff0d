import type { Context } from 'hono'
import type { AppEnv } from '../app-env.ts'

/**
 * Sets a header of the answer before the handler returns it. Problems have it too. Sets it on Node's response: after `c.res` is used,
 * Hono copies each answer, and `@hono/node-server` answers the message of an error of its body (as 500) instead of breaking the
 * connection.
 */
export function presetHeader(c: Context<AppEnv>, name: string, value: string): void {
  const outgoing = c.env?.outgoing
  if (outgoing) outgoing.setHeader(name, value)
  else c.res.headers.set(name, value)
}
