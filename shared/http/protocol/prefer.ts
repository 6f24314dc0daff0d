import { listElements } from './list-elements.ts'

const waitValue = /^wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;|$)/i

/**
 * The seconds of `Prefer: wait=N` (RFC 7240 §4.3); undefined without a valid one. The first value of a repeated preference
 * applies (§2).
 */
export function parseWait(field: string): number | undefined {
  for (const preference of listElements(field)) {
    const [, quoted, plain] = waitValue.exec(preference) ?? []
    const seconds = quoted ?? plain
    if (seconds !== undefined) return Number(seconds)
  }
  return undefined
}
