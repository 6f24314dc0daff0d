import type { Context } from 'hono'
import type { AppEnv } from './app-env.ts'
import { listElements } from './protocol/list-elements.ts'

/** How long an upload waits for its verdict when the caller does not say. */
const defaultWaitSeconds = 10
const maxWaitSeconds = 60
const waitValue = /^wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;|$)/i

/**
 * How long the caller would wait (`Prefer: wait=N`, RFC 7240 §4.3), at most 60 s; says in `Preference-Applied` what it
 * makes of that. Of a repeated preference the first counts (§2); one that makes no sense is ignored.
 */
export function waitSeconds(c: Context<AppEnv>, byDefault = defaultWaitSeconds): number {
  for (const preference of listElements(c.req.header('Prefer') ?? '')) {
    const [, quoted, plain] = waitValue.exec(preference) ?? []
    const asked = quoted ?? plain
    if (asked === undefined) continue
    const seconds = Math.min(Number(asked), maxWaitSeconds)
    c.header('Preference-Applied', `wait=${seconds}`)
    return seconds
  }
  return byDefault
}
