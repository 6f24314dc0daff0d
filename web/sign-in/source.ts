import type { ComponentType } from 'preact'
import { signal } from '@preact/signals'

/** Gives the ID token of the user. */
export interface TokenSource {
  /** Resolves to undefined if nobody is signed in. `refresh`: the service has refused the last token. */
  token: (options: { refresh: boolean }) => Promise<string | undefined>
}

/** Who is signed in, where the page can sign out. */
export const account = signal<{ name: string; signOut: () => Promise<void> } | undefined>(undefined)

/** The form of the dialog. Absent: a field for a token. */
export const signInForm = signal<ComponentType | undefined>(undefined)

/** A script of the host may set it before the page starts: see docs/web.md. */
const host = globalThis as { cofferToken?: unknown }

/** The function of the host, which knows the user from the start. */
export const hostSource: TokenSource | undefined = sourceOf(host.cofferToken)

/** Calls a function of the host, which may throw, or return its token at once. */
function sourceOf(give: unknown): TokenSource | undefined {
  if (typeof give !== 'function') return undefined
  return { token: async (options) => (give as TokenSource['token'])(options) }
}

/** Looks for Firebase Hosting, which describes its project at a fixed address, and loads the sign-in of Firebase only there. */
export async function findSource(): Promise<TokenSource | undefined> {
  if (hostSource) return hostSource
  const config = await answerOf('/__/firebase/init.json')
  if (!config?.startsWith('{')) return undefined
  const { openFirebase } = await import('./firebase.tsx')
  return openFirebase(JSON.parse(config) as object, await emulatorOrigin())
}

async function answerOf(address: string): Promise<string | undefined> {
  const answer = await fetch(address, { credentials: 'omit' }).catch(() => undefined)
  return answer?.ok ? await answer.text() : undefined
}

/** The Hosting emulator names the others in a script, which is read and not run. */
async function emulatorOrigin(): Promise<string | undefined> {
  if (!['127.0.0.1', 'localhost'].includes(location.hostname)) return undefined
  const script = await answerOf('/__/firebase/init.js?useEmulator=true')
  const found = /"auth": \{[^}]*"hostAndPort": "([\w.:-]+)"/.exec(script ?? '')
  return found ? `http://${found[1]}` : undefined
}
