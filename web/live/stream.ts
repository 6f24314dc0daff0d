import { CofferError } from '../../shared/client/coffer.ts'
import { events, type FileEvent } from '../../shared/client/events.ts'
import { coffer, needsSignIn } from '../state/client.ts'

/** A stream begins with a block. A proxy that passes nothing on for this time collects the answer. */
const firstBlockMs = 6000

/** Why there is no stream: the way to the service does not pass one on, or the user has too many. */
export class NoStream extends Error {}

interface Options {
  /** The number of the last known event. */
  after: number
  signal: AbortSignal
  /** Called at each connection, and at each loss of one. */
  onConnection: (isConnected: boolean) => void
}

/** Yields events as they happen, over as many connections as it takes. Throws `NoStream` if the page has to poll. */
export async function* streamed({
  after,
  signal,
  onConnection,
}: Options): AsyncGenerator<FileEvent> {
  const stop = new AbortController()
  const watched = {
    async stream(route: string, query: { signal: AbortSignal; after: string | undefined }) {
      const giveUp = () => {
        // A request that waits for a token is no silent one.
        if (needsSignIn.value) timer = setTimeout(giveUp, firstBlockMs)
        else stop.abort(new NoStream())
      }
      let timer = setTimeout(giveUp, firstBlockMs)
      try {
        const { body } = await coffer.stream(route, query)
        const arrives = new TransformStream<Uint8Array, Uint8Array>({
          transform(bytes, controller) {
            clearTimeout(timer)
            onConnection(true)
            controller.enqueue(bytes)
          },
        })
        return new Response(body?.pipeThrough(arrives))
      } catch (error) {
        clearTimeout(timer)
        const { code, status } = error instanceof CofferError ? error : { code: '', status: 0 }
        if (code === 'network') onConnection(false)
        if (status === 404 || status === 429) throw new NoStream()
        throw error
      }
    },
  }
  yield* events(watched, { after, signal: AbortSignal.any([signal, stop.signal]) })
}
