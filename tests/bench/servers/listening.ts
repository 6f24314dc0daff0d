import { once } from 'node:events'
import type { Server } from 'node:http'

/** Listens on a free local port, and prints its URL like `npm start`. Ends on SIGTERM. */
export async function listen(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  console.log(`Baseline is ready at http://127.0.0.1:${address.port}`)
  process.once('SIGTERM', () => process.exit())
}
