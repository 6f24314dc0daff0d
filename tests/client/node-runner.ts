import type { KeyValue } from '../../shared/client/coffer.ts'
import { localToken } from '../e2e/support/target.ts'
import type { FaultProxy } from './fault-proxy.ts'
import { runUpload } from './run-upload.ts'
import type { Runner } from './scenarios.ts'

/** Uploads in this process, with a store in memory. */
export async function nodeRunner(proxy: FaultProxy, user: string): Promise<Runner> {
  const kept = new Map<string, string>()
  const store: KeyValue = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
  return {
    proxy,
    authorization: await localToken(user),
    upload: (settings) => runUpload({ ...settings, baseUrl: proxy.url, user }, store),
    // A stopped upload never continues, so a new one starts like the first of another process.
    kill: async () => undefined,
    async offline(ms) {
      proxy.isDown = true
      setTimeout(() => (proxy.isDown = false), ms)
    },
  }
}
