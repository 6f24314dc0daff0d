import { z } from 'zod'
import { isLoopbackHost } from '../http/protocol/loopback.ts'

export const bytesPerMegabyte = 1024 * 1024
export const maxMegabytes = 5 * 1024 * 1024

/** Parses a size in MiB, with decimals, to bytes. */
export function megabytes(byDefault: number) {
  const rule = `must be a number of MiB above 0 and up to ${maxMegabytes}, such as ${byDefault}`
  return z
    .string()
    .default(`${byDefault}`)
    .refine((text) => /^\d{1,10}(\.\d{1,6})?$/.test(text), rule)
    .transform((text) => Math.floor(Number(text) * bytesPerMegabyte))
    .refine((bytes) => bytes >= 1 && bytes <= maxMegabytes * bytesPerMegabyte, rule)
}

export function integer(min: number, max: number, byDefault: number) {
  const rule = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .default(`${byDefault}`)
    .refine((text) => /^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max, rule)
    .transform(Number)
}

/** Parses items separated by commas. A variable that is set must have at least one item. */
export function list({
  isItem,
  rule,
  byDefault = [],
}: {
  isItem: (item: string) => boolean
  rule: string
  byDefault?: string[]
}) {
  return z
    .string()
    .transform((items) =>
      items
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .refine((items) => items.length > 0 && items.every(isItem), rule)
    .default(byDefault)
}

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
}

export function flag(byDefault: boolean) {
  return oneOf(['true', 'false'])
    .default(byDefault ? 'true' : 'false')
    .transform((value) => value === 'true')
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, `must be ${values.map((value) => `"${value}"`).join(' or ')}`)
}

export function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '')
}

/** An https URL, or an http URL of this machine. */
export function isTrustworthyUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
}

/** An https origin, or an http origin of this machine: a URL without a path. */
export function isTrustworthyOrigin(text: string): boolean {
  return isTrustworthyUrl(text) && URL.parse(text)?.href === `${new URL(text).origin}/`
}

export function isLoopbackUrl(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'http:' && isLoopbackHost(url.hostname)
}
