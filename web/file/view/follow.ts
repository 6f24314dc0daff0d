import { h } from './elements.ts'

/** Opens an address in a new tab, or saves it, without telling it the address of the page. Throws for schemes of scripts. */
export function follow(href: string, isInline: boolean): void {
  if (!/^https?:/.test(href)) throw new TypeError(href)
  const how = isInline ? { target: '_blank' } : { download: '' }
  h('a', '', { href, rel: 'noreferrer', ...how }).click()
}
