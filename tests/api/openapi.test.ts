import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { allHttpRoutes } from '../../functions/host/routes.ts'
import { rescanRoutes } from '../../functions/rescan.ts'
import { storageRoutes } from '../../functions/storage.ts'
import { sweepRoutes } from '../../functions/sweep.ts'
import { documentText } from '../../shared/api/openapi/document.ts'
import { allOperations } from '../../shared/api/operations/all-operations.ts'
import { loadConfig } from '../../shared/config/load-config.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { resourceMetadataRoute } from '../../shared/http/auth/resource-metadata.ts'
import { healthRoute } from '../../shared/http/health.ts'
import { openRuntime } from '../../shared/runtime/runtime.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const file = join(root, 'web/openapi.json')
const text = documentText(allOperations)

const log = () => undefined

/** The routes of every function: `GET /files/{}`. */
async function routesOfFunctions(): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-openapi-'))
  try {
    const env = { WORKSPACE_STORAGE_DIR: directory, CLAMAV_SERVICE_ENABLED: 'false' }
    const config = loadConfig(env)
    await using runtime = await openRuntime(config)
    const { ports, local } = runtime
    if (!local) throw new Error('The configuration is not local')
    const apps: Hono<AppEnv>[] = [
      ...(await allHttpRoutes(ports, config)),
      storageRoutes(ports, local.blobs, config.server),
      sweepRoutes(ports, config, { log, telemetry: undefined }),
      rescanRoutes(ports, config, log),
      healthRoute(ports),
      resourceMetadataRoute(config.auth),
    ]
    const routes = apps.flatMap((app) => app.routes)
    return [...new Set(routes.map(({ method, path }) => normal(`${method} ${path}`)))]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function normal(route: string): string {
  return route.replaceAll(/:\w+|\{\w+\}|\*/g, '{}')
}

/** The source files that a function loads when it starts or at a request. */
function loadedByFunctions(): Set<string> {
  const loaded = new Set(globSync('functions/**/*.ts', { cwd: root }))
  for (const name of loaded) {
    const source = readFileSync(join(root, name), 'utf8')
    const imports = /^(?:import|export)\s(?!type\b)[^']*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm
    for (const [, fixed, lazy] of source.matchAll(imports)) {
      loaded.add(join(dirname(name), fixed ?? lazy ?? ''))
    }
  }
  return loaded
}

describe('the OpenAPI document', () => {
  test('web/openapi.json is up to date (npm run openapi)', async () => {
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  test('every route has an operation, and every operation a route', async () => {
    const routes = await routesOfFunctions()
    expect(routes.length).toBeGreaterThan(20)
    expect(Object.keys(allOperations).map(normal).sort()).toEqual(routes.sort())
  })

  test('operations have unique ids', () => {
    const ids = Object.values(allOperations).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('its code and the schemas of answers are not loaded by the functions', () => {
    const loaded = [...loadedByFunctions()]
    expect(loaded).toContain('shared/api/requests/uploads.ts')
    expect(loaded).toContain('shared/api/problem-kinds.ts')
    expect(
      loaded.filter((name) => /^shared\/api\/(answers|openapi|operations)\//.test(name)),
    ).toEqual([])
  })

  test('every reference resolves', () => {
    const document = JSON.parse(text) as Record<string, unknown>
    const references = [...text.matchAll(/"\$ref": "#\/([^"]+)"/g)].map(([, path = '']) => path)
    expect(references.length).toBeGreaterThan(20)
    const missing = references.filter((path) => {
      const target = path.split('/').reduce<unknown>((value, key) => memberOf(value, key), document)
      return target === undefined
    })
    expect(missing).toEqual([])
  })

  test('rules between fields stand in the schemas of bodies', () => {
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Described>> }
    const bodyOf = (path: string, method: string) =>
      paths[path]?.[method]?.requestBody.content['application/json']?.schema
    expect(bodyOf('/files/{id}', 'patch')).toMatchObject({ not: { required: ['name', 'path'] } })
    expect(bodyOf('/uploads', 'post')).toMatchObject({
      anyOf: [{ required: ['path'] }, { required: ['name'] }],
    })
  })
})

interface Described {
  requestBody: { content: Record<string, { schema: object }> }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined
}
