import { randomUUID } from 'node:crypto'
import type { ObjectResource } from '../../emulators/storage/objects.ts'
import { startStandIns } from '../cloud/cloud-stand-ins.ts'
import { authOf } from './firebase-auth.ts'
import { projectId, startFirebaseEmulators, type FirebaseEmulators } from './firebase-emulators.ts'
import { startProxy } from '../support/proxy.ts'
import type { ListedTests } from '../../support/skip-listed.ts'
import type { Server } from '../support/target.ts'

/** Limitations of the functions emulator's hub between a client and the function. */
export const hubDifferences: readonly ListedTests[] = [
  {
    reason:
      'the emulator resolves dot segments and backslashes, and refuses a broken percent-encoding itself',
    tests: [
      /^(an? (single dot|.*dot segment|encoded single dot|backslash)|many of them) in \/content\/\{path\} is 400/,
      /^(.*overlong.*|an encoded surrogate|bytes that are no UTF-8|a (broken|cut) percent-encoding) in \/content\/\{path\} is 400/,
      'dot segments do not leave /content',
      'a dot segment inside in the path does not leave the folder',
    ],
  },
  {
    reason: 'the emulator reads a body to its end before it asks the function',
    tests: [
      'refuses a body that is too large before its end',
      'a precondition that fails only at settlement is 412 for a waiting caller',
    ],
  },
  {
    reason: 'the emulator starts a process for each request in flight',
    tests: [
      /^exactly (one|as many) of \d+ parallel /,
      '50 parallel uploads of one name with rename are all kept',
      'appends of 50 calls at once lose no line',
      'stays under 16 KiB with long paths',
      /^(all parallel|the counters are correct after parallel) /,
      'a path stays readable during an overwrite, and a running download keeps its version',
      'refuses more than 10 streams of one user with 429, and takes one when another is closed',
    ],
  },
  {
    reason: 'the emulator passes the first of several Authorization headers on',
    tests: ['rejects two Authorization headers'],
  },
  {
    reason: 'the emulator reads requests itself, and names no server to OPTIONS',
    tests: [/HTTP\/1\.0 /, /^an unparsable request is 400/, /^answers OPTIONS \*/],
  },
]

/** The name in `.env.demo-coffer`. */
const bucket = `${projectId}.firebasestorage.app`

export interface FirebaseServer extends Server {
  origins: FirebaseEmulators['origins']
  auth: ReturnType<typeof authOf>
}

/** The Firebase emulators without Java, and stand-ins for the others; `url` is `api` of the functions emulator. */
export async function startFirebase(env: Record<string, string>): Promise<FirebaseServer> {
  await using opened = new AsyncDisposableStack()
  const standIns = opened.use(await startStandIns(bucket))
  const { origins, ...emulators } = await startFirebaseEmulators({ ...env, ...standIns.env })
  opened.defer(() => emulators[Symbol.asyncDispose]())
  standIns.onFinalized((object) => void announce(origins.functions, object))
  const proxy = opened.use(
    await startProxy(({ url }) => ({
      origin: origins.functions,
      path: `/${projectId}/us-central1/api${url}`,
    })),
  )
  const resources = opened.move()
  return {
    url: proxy.url,
    origins,
    auth: authOf(origins.auth),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Sends the functions emulator the event of an object in the format of the official Storage emulator. */
async function announce(functions: string, data: ObjectResource): Promise<void> {
  await fetch(`${functions}/functions/projects/${projectId}/trigger_multicast`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
    body: JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      type: 'google.cloud.storage.object.v1.finalized',
      source: `//storage.googleapis.com/projects/_/buckets/${data.bucket}/objects/${data.name}`,
      time: new Date().toISOString(),
      data,
    }),
  })
}
