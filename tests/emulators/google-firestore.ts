import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/free-port.ts'

/** The path of the JAR in the packages of the Google Cloud CLI. */
const packaged =
  '/usr/lib/google-cloud-sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar'
const startClass = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore'
const rules = fileURLToPath(new URL('../../firestore.rules', import.meta.url))
const startDeadlineMs = 60_000

/** Returns the path of the JAR of Google's Firestore emulator: `FIRESTORE_EMULATOR_JAR`, else the installed one. */
export function googleFirestoreJar(): string | undefined {
  const named = process.env['FIRESTORE_EMULATOR_JAR']
  if (named !== undefined) return named
  return existsSync(packaged) ? packaged : undefined
}

/** Starts Google's Firestore emulator on a free port with the project's rules. Needs Java 17. Throws if it does not start. */
export async function startGoogleFirestore(
  jar: string,
): Promise<{ host: string } & AsyncDisposable> {
  const port = await freePort()
  const address = ['--host=127.0.0.1', `--port=${port}`, `--rules=${rules}`]
  const child = spawn('java', ['-cp', jar, startClass, 'start', ...address], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk) => (log = `${log}${chunk}`.slice(-10_000)))
  }
  const ended = once(child, 'close')
  const failed = ended.then(() => {
    throw new Error(`Google's Firestore emulator ended:\n${log}`)
  })
  failed.catch(() => {})
  const host = `127.0.0.1:${port}`
  const end = async () => {
    child.kill()
    await ended.catch(() => {})
  }
  try {
    await Promise.race([answers(host), failed])
  } catch (error) {
    await end()
    throw error
  }
  return { host, [Symbol.asyncDispose]: end }
}

async function answers(host: string): Promise<void> {
  const deadline = AbortSignal.timeout(startDeadlineMs)
  while (!(await fetch(`http://${host}/`, { signal: deadline }).catch(() => undefined))?.ok) {
    deadline.throwIfAborted()
    await delay(100)
  }
}
