import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allHttpRoutes } from '../../functions/host/routes.ts'
import { loadConfig } from '../../shared/config/load-config.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import { createApp } from '../../shared/http/app.ts'
import { openLocal } from '../../shared/http/auth/local.ts'
import { openRuntime } from '../../shared/runtime/runtime.ts'
import type { Method } from '../emulators/firestore/faults.ts'
import { startOwnStorage, type OwnStorage } from '../emulators/storage/start.ts'
import { expectProblem } from '../support/http/problem.ts'
import { newProject, useOwnFirestore } from '../adapters/firestore/world.ts'

const firestore = useOwnFirestore()
let storage: OwnStorage
beforeAll(async () => {
  storage = await startOwnStorage()
})
afterAll(() => storage[Symbol.asyncDispose]())

/** All HTTP functions as in the cloud, with their log. The bucket exists unless the test is about a missing bucket. */
async function cloudApp({ withBucket = true } = {}) {
  const bucket = `coffer-${randomUUID()}`
  if (withBucket) {
    await fetch(`${storage.url}/storage/v1/b?project=coffer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: bucket }),
    })
  }
  const config = loadConfig({
    MEDIA_GCS_BUCKET_NAME: bucket,
    GOOGLE_CLOUD_PROJECT: newProject(),
    FIRESTORE_EMULATOR_HOST: process.env['FIRESTORE_EMULATOR_HOST'],
    STORAGE_EMULATOR_HOST: storage.url,
  })
  const runtime = await openRuntime(config)
  const entries: LogEntry[] = []
  const log = (entry: LogEntry) => void entries.push(entry)
  const context = { authenticate: openLocal({ origins: [] }), log, corsOrigins: [] }
  const app: Hono<AppEnv> = createApp(context, ...(await allHttpRoutes(runtime.ports, config)))
  return {
    ask: (method: string, route: string, body?: string) =>
      app.request(`http://localhost/api/workspace${route}`, { method, ...(body && { body }) }),
    entries,
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  }
}

async function expectOneLine(
  answer: Response,
  entries: LogEntry[],
  command: string,
): Promise<void> {
  const problem = await expectProblem(answer, 500, 'internal')
  expect(JSON.stringify(problem)).not.toMatch(/gcloud|firebase|firestore|bucket|permission|index/i)
  const advice = entries.filter(({ message }) => message.includes('Run: '))
  expect(advice).toHaveLength(1)
  expect(advice[0]).toMatchObject({
    severity: 'ERROR',
    message: expect.stringContaining(command) as string,
    requestId: answer.headers.get('x-request-id'),
  })
  expect(advice[0]?.message).not.toContain('\n')
}

const missingPermission = ['PERMISSION_DENIED', 'Missing or insufficient permissions.'] as const
type Asked = readonly [method: string, route: string, body?: string]
const usage: Asked = ['GET', '/usage']
const page: Asked = ['GET', '/files']
const put: Asked = ['PUT', '/content/a.txt', 'bytes']

describe('a missing resource of Firestore logs one line with the command to run and answers 500', () => {
  test.each([
    [
      'the database',
      usage,
      'batchGetDocuments',
      'NOT_FOUND',
      'The database (default) does not exist for project x',
      'gcloud firestore databases create',
    ],
    [
      'the database',
      put,
      'batchGetDocuments',
      'NOT_FOUND',
      'The database (default) does not exist for project x',
      'gcloud firestore databases create',
    ],
    ['the permission', usage, 'batchGetDocuments', ...missingPermission, 'roles/datastore.user'],
    ['the permission', page, 'runQuery', ...missingPermission, 'roles/datastore.user'],
    ['the permission', put, 'batchGetDocuments', ...missingPermission, 'roles/datastore.user'],
    ['the permission', put, 'commit', ...missingPermission, 'roles/datastore.user'],
    [
      'the API',
      usage,
      'batchGetDocuments',
      'PERMISSION_DENIED',
      'Cloud Firestore API has not been used in project x before or it is disabled.',
      'gcloud services enable firestore.googleapis.com',
    ],
    [
      'the index',
      page,
      'runQuery',
      'FAILED_PRECONDITION',
      'The query requires an index. You can create it here:\nhttps://console.firebase.google.com/x',
      'firebase deploy --only firestore:indexes',
    ],
  ] as const)('%s, for %j at %s', async (_, request, method: Method, code, message, command) => {
    await using cloud = await cloudApp()
    firestore.emulator().faults.plan(method, { code, message })
    await expectOneLine(await cloud.ask(...request), cloud.entries, command)
  })
})

describe('a missing resource of Cloud Storage logs one line with the command to run and answers 500', () => {
  test('the bucket', async () => {
    await using cloud = await cloudApp({ withBucket: false })
    await expectOneLine(await cloud.ask(...put), cloud.entries, 'gcloud storage buckets create')
  })

  test.each([
    [
      'the permission',
      'x@y.iam.gserviceaccount.com does not have storage.objects.create access',
      'forbidden',
      'gcloud storage buckets add-iam-policy-binding',
    ],
    [
      'the API',
      'Cloud Storage API has not been used in project 1 before or it is disabled.',
      'accessNotConfigured',
      'gcloud services enable storage.googleapis.com',
    ],
  ])('%s', async (_, message, reason, command) => {
    await using cloud = await cloudApp()
    storage.emulator.fault({
      method: 'POST',
      fault: { kind: 'status', status: 403, message, reason },
    })
    await expectOneLine(await cloud.ask(...put), cloud.entries, command)
  })
})
