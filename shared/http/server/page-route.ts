import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Hono } from 'hono'
import { WorkspaceError } from '../../model/errors.ts'
import type { AppEnv } from '../app-env.ts'
import { pageHeaders } from './page-headers.ts'

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** Names of assets have a digest of their bytes. */
const assetName = /^[\w-]+\.(?:js|css|woff2)$/

/**
 * `GET /`: the file browser. In the cloud, Firebase Hosting serves the same files with the same headers.
 *
 * @param directory Resolves to the folder of the built page, as `scripts/build-web.ts` writes it.
 */
export function pageRoute(directory: () => Promise<string>): Hono<AppEnv> {
  const files = new Map<string, Promise<Buffer<ArrayBuffer>>>()
  const read = (name: string) => {
    const file = files.get(name) ?? directory().then((folder) => readFile(join(folder, name)))
    files.set(name, file)
    // Retries a failed build or read at the next request.
    file.catch(() => files.delete(name))
    return file
  }
  const serve = async (name: string, cacheControl: string) => {
    const bytes = await read(name)
    return new Response(bytes, {
      headers: {
        'Content-Type': types[extname(name)] ?? 'application/octet-stream',
        'Cache-Control': cacheControl,
        ...pageHeaders(),
      },
    })
  }
  return new Hono<AppEnv>()
    .get('/', () => serve('index.html', 'no-cache'))
    .get('/icon.svg', () => serve('icon.svg', 'no-cache'))
    .get('/assets/:name', async (c) => {
      const name = c.req.param('name')
      if (!assetName.test(name)) throw noAsset()
      return serve(join('assets', name), 'public, max-age=31536000, immutable').catch(
        (error: unknown) => {
          throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? noAsset() : error
        },
      )
    })
}

function noAsset(): WorkspaceError {
  return new WorkspaceError('not-found', 'The page has no such file. Load the page again.')
}
