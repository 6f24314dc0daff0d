import type { CostLine } from './cost.ts'

/** A kind of sign-in at a provider. */
interface ProviderAuth {
  type: 'api_key' | 'oauth2' | 'user_password'
  title: string
}

/** A service that several blocks use. */
export interface Provider {
  /** As in addresses: lower-case letters, digits and underscores. */
  readonly name: string
  readonly title: string
  /** The origin of its API. */
  readonly origin: string
  /** Kinds of sign-in. A registry accepts only providers without any, as long as this server keeps no credentials. */
  readonly auth: readonly ProviderAuth[]
  /** The price of each block of the provider that states none. */
  readonly cost?: readonly CostLine[]
}

const namePattern = /^[a-z][a-z0-9_]{0,63}$/

/** Defines a provider. Throws `TypeError` for a name or an origin that addresses cannot contain. */
export function defineProvider(provider: Provider): Provider {
  if (!namePattern.test(provider.name)) {
    throw new TypeError(
      `"${provider.name}" is not the name of a provider: use a-z, 0-9 and _, at most 64`,
    )
  }
  const url = URL.parse(provider.origin)
  if (url?.protocol !== 'https:' || url.origin !== provider.origin) {
    throw new TypeError(`${provider.name}: "${provider.origin}" is not an https origin`)
  }
  return Object.freeze(provider)
}
