import { randomUUID } from 'node:crypto'
import type { ObjectResource } from '../emulators/storage/objects.ts'
import { startStandIns } from './cloud-stand-ins.ts'
import { authOf } from './firebase-auth.ts'
import { projectId, startFirebaseEmulators, type FirebaseEmulators } from './firebase-emulators.ts'
import { startProxy } from './proxy.ts'
import type { Difference, Server } from './target.ts'

/** Of the functions emulator's hub, which stands between a client and the function. */
export const hubDifferences: readonly Difference[] = [
  {
    reason:
      'the emulator resolves dot segments and backslashes, and refuses a broken percent-encoding itself',
    tests: [
      /^(an? (single dot|.*dot segment|encoded single dot|backslash)|many of them) in \/content\/\{path\} is 400/,
      /^(.*overlong.*|an encoded surrogate|bytes that are no UTF-8|a (broken|cut) percent-encoding) in \/content\/\{path\} is 400/,
      'dot segments never lead out of /content',
    ],
  },
  {
    reason: 'the emulator reads a body to its end before it asks the function',
    tests: [
      'a body that is too large is refused before its end',
      'a precondition that holds at reserve but not at settle is 412 for a caller that waited',
    ],
  },
  {
    reason: 'the emulator starts a process for each request in flight',
    tests: [
      /^of (50 )?parallel /,
      /^parallel /,
      'an overwrite never shows a gap, and a download that runs keeps its version',
    ],
  },
  {
    reason: 'the emulator passes the first of several Authorization headers on',
    tests: ['only one Authorization header is read'],
  },
  {
    reason: 'the emulator reads requests itself, and names no server to OPTIONS',
    tests: [/^HTTP\/1\.0 /, /^a request that cannot be read is 400/, /^OPTIONS \*/],
  },
]

/** As `.env.demo-coffer` names it. */
const bucket = `${projectId}.firebasestorage.app`

export interface FirebaseServer extends Server {
  origins: FirebaseEmulators['origins']
  auth: ReturnType<typeof authOf>
}

/** The Firebase emulators that need no Java, over stand-ins for those that do; `url` is the functions emulator's `api`. */
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

/** Tells the functions emulator of an object in the words of the official Storage emulator. */
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
