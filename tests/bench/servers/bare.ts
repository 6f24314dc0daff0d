import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { listen } from './listening.ts'

/**
 * The minimum that Node does for a file: no hash, no catalog, no scan. `PUT /{name}` is `pipeline(request, file)`,
 * with `?fsync` the file is synced before the response. `GET /{name}` is `createReadStream(file).pipe(response)`.
 */
const directory = process.argv[2] ?? '.'

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const file = join(directory, basename(pathname))
  if (request.method === 'PUT') {
    await pipeline(request, createWriteStream(file, { flush: searchParams.has('fsync') }))
    response.writeHead(201, { 'Content-Length': 0 }).end()
    return
  }
  const { size } = await stat(file)
  response.writeHead(200, { 'Content-Length': size })
  createReadStream(file).pipe(response)
}

await listen(
  createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  }),
)
