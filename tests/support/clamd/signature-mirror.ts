import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface SignatureMirror extends AsyncDisposable {
  url: string
  /** The requested paths in order, without duplicates. */
  asked: () => string[]
}

/** Starts an empty bucket of signatures for the sidecar. */
export async function signatureMirror(): Promise<SignatureMirror> {
  const asked = new Set<string>()
  const server = createServer((request, response) => {
    asked.add(request.url ?? '/')
    response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/signatures`,
    asked: () => [...asked],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
