import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startCloudEmulators } from '../../e2e/cloud/cloud-emulators.ts'
import { newKey, openJwksServer, sign } from '../../support/http/jwks-server.ts'
import type { Plan } from '../bench.ts'
import { coldStart, type ColdFunction, type ColdStart } from '../cold-process.ts'
import { atMost, compare, megabytes, milliseconds, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const bundler = join(project, 'scripts/bundle.ts')
const warm = join(project, 'scripts/warm.ts')
/** In the project, because the bundle loads packages from `node_modules`. */
const bundle = join(project, '.cache/bench-bundle')
const hello = fileURLToPath(new URL('../servers/hello', import.meta.url))
const base = '/api/workspace'

/** The functions that only read. Their callers wait for the first answer. */
const quickest = new Set(['list', 'read', 'download'])

/**
 * Measures the time from the start of a process to its first answer, for each function. The answer needs a signed token,
 * Firestore and Cloud Storage (emulators in this process). The processes use the compile cache of `npm run warm`. The baseline
 * is the Functions Framework with a function that answers a constant, without and with such a cache.
 */
export async function coldStartScenario(plan: Plan, scratch: string): Promise<Row[]> {
  const cache = {
    NODE_COMPILE_CACHE: join(scratch, 'compile-cache'),
    NODE_COMPILE_CACHE_PORTABLE: '1',
  }
  await run(bundler, '--directory', bundle)
  await run(warm, '--bundle', bundle, '--directory', cache.NODE_COMPILE_CACHE)
  await using cloud = await openCloud()
  const env = { ...cloud.env, ...cache }
  const functions: [string, ColdFunction][] = cloud.functions.map((cold) => [
    cold.target,
    { ...cold, env },
  ])
  const greeting = { target: 'hello', source: hello, ask: expectStatus(200, '/') }
  const contestants: Record<string, ColdFunction> = {
    hello: greeting,
    'hello, cached': { ...greeting, env: cache },
    'one document, cached': { ...greeting, target: 'document', env },
    ...Object.fromEntries(functions),
  }
  const starts: Record<string, ColdStart[]> = {}
  const measure = (name: string, cold: ColdFunction) => async () => {
    const start = await coldStart(cold)
    ;(starts[name] ??= []).push(start)
    return start.seconds
  }
  const turns = Object.entries(contestants).map(([name, cold]) => [name, measure(name, cold)])
  await takeTurns(plan.rounds, Object.fromEntries(turns) as Record<string, () => Promise<number>>)

  const measured = (name: string) => (starts[name] ?? []).slice(-plan.rounds)
  const seconds = (name: string) => measured(name).map((start) => start.seconds)
  const cpu = (name: string) => measured(name).map((start) => start.cpuSeconds)
  const memory = (name: string) => measured(name).map((start) => start.memoryBytes)
  const time = (name: string, other: string) => ({
    what: `cold start, ${name} / ${other}`,
    candidate: seconds(name),
    baseline: seconds(other),
    format: milliseconds,
  })
  const names = functions.map(([name]) => name)
  return [
    ...names.map((name) =>
      compare({ ...time(name, 'hello'), target: atMost(quickest.has(name) ? 2 : 3) }),
    ),
    ...names.map((name) =>
      compare({
        what: `processor time, ${name} / hello`,
        candidate: cpu(name),
        baseline: cpu('hello'),
        format: milliseconds,
        target: atMost(quickest.has(name) ? 2 : 3),
      }),
    ),
    ...['hello, cached', 'one document, cached'].map((other) => compare(time('list', other))),
    ...names.map((name) =>
      compare({
        what: `memory, ${name} / hello`,
        candidate: memory(name),
        baseline: memory('hello'),
        format: megabytes,
        target: atMost(1.5),
      }),
    ),
  ]
}

/** Starts Firestore, Cloud Storage and an issuer of tokens, and stores a ready file of one user. */
async function openCloud() {
  await using opened = new AsyncDisposableStack()
  const bucket = `coffer-${randomUUID()}`
  const emulators = opened.use(await startCloudEmulators(bucket))
  const key = await newKey('bench')
  const issuer = opened.use(await openJwksServer(key))
  const token = await sign(key, { iss: issuer.url.origin, aud: 'coffer', sub: 'ada' })
  const env = {
    ...emulators.env,
    MEDIA_GCS_BUCKET_NAME: bucket,
    GOOGLE_CLOUD_PROJECT: bucket,
    CLAMAV_SERVICE_ENABLED: 'false',
    AUTH_MODE: 'oidc',
    OIDC_ISSUER: issuer.url.origin,
    OIDC_AUDIENCE: 'coffer',
    OIDC_JWKS_URL: issuer.url.href,
    NODE_NO_WARNINGS: '1',
  }
  const authorization = `Bearer ${token}`
  const ask = (status: number, route: string, init: Request = {}) =>
    expectStatus(status, base + route, { ...init, headers: { ...init.headers, authorization } })

  const finalized = Promise.withResolvers<object>()
  emulators.onFinalized((object) => finalized.resolve(object))
  let id = ''
  const put = (origin: string) =>
    fetch(`${origin}${base}/content/${randomUUID()}.txt`, {
      method: 'PUT',
      body: 'hello',
      headers: { authorization, prefer: 'wait=0' },
    })
  const upload = { target: 'upload', program: join(bundle, 'main.js'), env }
  await coldStart({
    ...upload,
    ask: async (origin) => {
      id = ((await (await put(origin)).json()) as { id: string }).id
    },
  })
  const object = await finalized.promise
  const event = { method: 'POST', headers: eventHeaders, body: JSON.stringify(object) }
  const scan: ColdFunction = {
    ...upload,
    target: 'scan',
    ask: expectStatus(204, '/', event),
  }
  await coldStart(scan)

  const patch = { method: 'PATCH', body: '{}', headers: { 'content-type': 'application/json' } }
  const functions: ColdFunction[] = [
    { ...upload, target: 'list', ask: ask(200, '/files') },
    { ...upload, target: 'read', ask: ask(200, `/files/${id}/content`) },
    {
      ...upload,
      target: 'download',
      ask: ask(302, `/files/${id}/download`, { redirect: 'manual' }),
    },
    { ...upload, target: 'update', ask: ask(200, `/files/${id}`, patch) },
    { ...upload, target: 'delete', ask: ask(204, '/sessions/none', { method: 'DELETE' }) },
    { ...upload, ask: async (origin) => expectAnswer(await put(origin), 202) },
    { ...upload, target: 'api', ask: ask(200, '/files') },
    scan,
  ]
  const resources = opened.move()
  return { env, functions, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

async function run(...command: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, command)
}

type Request = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

const eventHeaders = {
  'content-type': 'application/json',
  'ce-id': '1',
  'ce-specversion': '1.0',
  'ce-source': '//storage.googleapis.com/projects/_/buckets/coffer',
  'ce-type': 'google.cloud.storage.object.v1.finalized',
}

function expectStatus(status: number, route: string, init: RequestInit = {}) {
  return async (origin: string) => expectAnswer(await fetch(origin + route, init), status)
}

async function expectAnswer(answer: Response, status: number): Promise<void> {
  const text = await answer.text()
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status} ${text}`)
}
