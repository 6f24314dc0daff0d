import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Replies to the first bytes and closes immediately with unread bytes, which causes a reset. */
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

interface HastyClamd extends AsyncDisposable {
  host: string
  port: number
  /** Blocks this thread and its event loop until the peer has replied and closed. */
  waitUntilGone: () => void
}

/** Starts a peer in a separate thread, so that it acts while the test blocks its event loop. */
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
