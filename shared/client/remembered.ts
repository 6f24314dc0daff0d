import type { KeyValue } from './types.ts'

/** A resumable session that a reload may interrupt. `url` is the permission to send its bytes. */
export interface Session {
  url: string
  id: string
  path: string
  sizeBytes: number
  sentBytes: number
  chunkMultiple: number
  expiresAt: string
}

const key = 'coffer-uploads'

/** The open sessions of this browser by the fingerprint of their upload. */
export type Remembered = ReturnType<typeof openRemembered>

export function openRemembered(given: KeyValue | false | undefined) {
  const store = given === false ? undefined : (given ?? localStorageOf())
  const read = (): Record<string, Session> => {
    try {
      const sessions = JSON.parse(store?.getItem(key) ?? '{}') as Record<string, Session>
      const isOpen = ([, { expiresAt }]: [string, Session]) => Date.parse(expiresAt) > Date.now()
      return Object.fromEntries(Object.entries(sessions).filter(isOpen))
    } catch {
      return {}
    }
  }
  return {
    isKept: store !== undefined,
    /** Fingerprints of uploads that this page runs. Two of them never share a session. */
    active: new Set<string>(),
    get: (fingerprint: string): Session | undefined => read()[fingerprint],
    set(fingerprint: string, session: Session | undefined): void {
      const sessions = { ...read(), [fingerprint]: session }
      try {
        const text = JSON.stringify(sessions)
        if (text === '{}') store?.removeItem(key)
        else store?.setItem(key, text)
      } catch {
        // A full or forbidden store only costs the resumption after a reload.
      }
    },
    list: (): [string, Session][] => Object.entries(read()),
  }
}

/** Undefined outside browsers, and where a page may not store anything. */
function localStorageOf(): KeyValue | undefined {
  try {
    return (globalThis as { localStorage?: KeyValue }).localStorage
  } catch {
    return undefined
  }
}
