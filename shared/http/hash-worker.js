// The program of HashThread's thread: as many hashes side by side as are asked for, each until its port closes. In
// JavaScript, because for TypeScript the thread would load a compiler of its own: 15 MB, and a start that takes twice as long.
import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** @typedef {import('./hash-thread.ts').HashRequest} HashRequest */
/** @typedef {import('./hash-thread.ts').HashMessage} HashMessage */

parentPort?.on('message', (/** @type {HashRequest} */ { memory, port }) => {
  const hash = createHash('sha256')
  port.on('message', (/** @type {HashMessage} */ message) => {
    if (message === null) {
      port.postMessage(hash.digest('hex'))
      return
    }
    hash.update(new Uint8Array(memory, message.start, message.end - message.start))
    port.postMessage(null)
  })
})
