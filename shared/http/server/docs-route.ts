import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { locationUrl } from '../target.ts'

/** The same policy as for `/docs/**` in `firebase.json`. The icons of Swagger UI are data URIs. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
}

const ofWeb = (name: string) => () =>
  fileURLToPath(new URL(`../../../web/${name}`, import.meta.url))
const ofSwagger = (name: string) => () =>
  fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))

/** In the cloud, Firebase Hosting serves these files; `npm run build:web` copies them. */
const files = {
  '/openapi.json': ofWeb('openapi.json'),
  '/docs/': ofWeb('docs/index.html'),
  '/docs/docs.js': ofWeb('docs/docs.js'),
  '/docs/swagger-ui-bundle.js': ofSwagger('swagger-ui-bundle.js'),
  '/docs/swagger-ui.css': ofSwagger('swagger-ui.css'),
}

/** `GET /docs/`: the OpenAPI document in Swagger UI. `GET /openapi.json`: the document. */
export function docsRoute(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>()
  routes.get('/docs', (c) => c.redirect(locationUrl(c, '/docs/'), 308))
  for (const [path, locate] of Object.entries(files)) {
    routes.get(path, async (c) => {
      const file = locate()
      return c.body(await readFile(file), 200, {
        'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        'Content-Security-Policy': policy,
        'Cache-Control': 'no-cache',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      })
    })
  }
  return routes
}
