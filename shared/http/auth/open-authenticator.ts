import type { Authenticate } from './identity.ts'
import { openFirebase, type FirebaseConfig } from './firebase.ts'
import { openLocal, type LocalConfig } from './local.ts'
import { openOidc, type OidcConfig } from './oidc.ts'

export type AuthConfig =
  | ({ mode: 'local' } & LocalConfig)
  | ({ mode: 'oidc' } & OidcConfig)
  | ({ mode: 'firebase' } & FirebaseConfig)

/** The authenticator of `AUTH_MODE`. It fetches keys at the first token. */
export function openAuthenticator(config: AuthConfig): Authenticate {
  if (config.mode === 'local') return openLocal(config)
  return config.mode === 'oidc' ? openOidc(config) : openFirebase(config)
}
