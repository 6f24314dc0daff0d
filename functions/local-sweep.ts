import { setTimeout } from 'node:timers/promises'
import type { LocalStorage } from '../shared/runtime-local.ts'
import type { Ports } from '../shared/workspace/ports.ts'
import { sweepOnSchedule } from '../shared/workspace/sweep-schedule.ts'
import { pendingAgeSeconds, witness, type SweepWitnesses } from './sweep.ts'

const intervalMs = 10 * 60 * 1000

/** Sweeps at once, for what the last process left behind, and then every ten minutes until disposed. */
export function startSweeping(
  ports: Ports,
  { blobs, aloneSince }: Pick<LocalStorage, 'blobs' | 'aloneSince'>,
  witnesses: SweepWitnesses,
): AsyncDisposable {
  const stop = new AbortController()
  const { signal } = stop
  // Where other processes are at work on the directory, a reservation may be theirs until it expires.
  const abandonedBefore = aloneSince ?? new Date(0)
  const loop = async () => {
    for (let count = 0; !signal.aborted; count += 1) {
      // The first sweep of a process that is alone takes every pending file: whoever was at work on it is gone.
      const isFirst = count === 0 && aloneSince !== undefined
      const options = {
        pendingAgeSeconds: isFirst ? 0 : pendingAgeSeconds,
        abandonedBefore,
        signal,
      }
      const report = await sweepOnSchedule(ports, options)
      await blobs.removeStale()
      witness(report, witnesses)
      await setTimeout(intervalMs, undefined, { signal })
    }
  }
  const ended = loop().catch((error: unknown) => {
    if (!signal.aborted)
      witnesses.log({ severity: 'ERROR', message: 'The sweep failed', error: String(error) })
  })
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}
