import { createServer } from 'node:http'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { listen } from './listening.ts'

/** `@tus/server` with its file store, as in its README: `POST /files` with the bytes, `GET /files/{id}`. */
const directory = process.argv[2] ?? '.'
const tus = new Server({ path: '/files', datastore: new FileStore({ directory }) })

await listen(
  createServer((request, response) => {
    tus.handle(request, response).catch((error: unknown) => {
      console.error(error)
      response.destroy()
    })
  }),
)
