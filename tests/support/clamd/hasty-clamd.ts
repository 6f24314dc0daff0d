import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Replies to the first bytes it sees and closes at once, with more of them unread: what follows is a reset. */
const script = `
  const { createServer } = require('node:net')
  const { parentPort, workerData } = require('node:worker_threads')
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => {
      socket.pause()
      socket.write(workerData.reply, () => socket.destroy())
    }).once('close', () => {
      Atomics.store(workerData.gone, 0, 1)
      Atomics.notify(workerData.gone, 0)
    })
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

export interface HastyClamd extends AsyncDisposable {
  host: string
  port: number
  /** Blocks this thread, event loop and all, until the peer has replied and closed. */
  waitUntilGone: () => void
}

/** A peer on a thread of its own, to have it act while the event loop of the test stands still. */
export async function hastyClamd(reply: string): Promise<HastyClamd> {
  const gone = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(script, { eval: true, workerData: { reply, gone } })
  const [port] = (await once(worker, 'message')) as [number]
  return {
    host: '127.0.0.1',
    port,
    waitUntilGone: () => void Atomics.wait(gone, 0, 0, 10_000),
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
