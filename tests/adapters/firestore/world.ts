import { randomUUID } from 'node:crypto'
import { env } from 'node:process'
import { FieldValue, Firestore } from '@google-cloud/firestore'
import { afterAll, beforeAll } from 'vitest'
import { FirestoreCatalog } from '../../../shared/adapters/firestore/catalog.ts'
import type { ConnectionOptions } from '../../../shared/adapters/firestore/connection.ts'
import { encodeWorkspaceId } from '../../../shared/model/storage-path.ts'
import type { Counters } from '../../../shared/model/usage.ts'
import { startFirestoreEmulator, type FirestoreEmulator } from '../../emulators/firestore/start.ts'
import { World } from '../../ports/catalog/world.ts'

const variable = 'FIRESTORE_EMULATOR_HOST'

type Options = Pick<ConnectionOptions, 'quotaBytes' | 'now'> & Partial<ConnectionOptions>

/** Uses the emulator at `FIRESTORE_EMULATOR_HOST`. If it is not set, starts the emulator of this repository for the tests of a file. */
export function useFirestore(): void {
  if (!env[variable]) useOwnFirestore()
}

/** Starts the emulator of this repository for the tests of a file that use its bill, its faults or its indexes. */
export function useOwnFirestore(): { emulator: () => FirestoreEmulator } {
  const running = env[variable]
  let emulator: FirestoreEmulator | undefined
  beforeAll(async () => {
    emulator = await startFirestoreEmulator()
    env[variable] = emulator.host
  })
  afterAll(async () => {
    if (running === undefined) delete env[variable]
    else env[variable] = running
    await emulator?.[Symbol.asyncDispose]()
  })
  return {
    emulator: () => {
      if (emulator) return emulator
      throw new Error('The emulator is not running.')
    },
  }
}

export function newProject(): string {
  return `coffer-${randomUUID()}`
}

/** A catalog in a new, empty project, unless the options name one. */
export async function openFirestore(options: Options) {
  const { projectId = newProject() } = options
  const emulatorHost = env[variable] ?? ''
  const catalog = new FirestoreCatalog({ emulatorHost, ...options, projectId })
  const drift = async (workspaceId: string, by: Partial<Counters>) => {
    const firestore = new Firestore({ projectId })
    const growth = Object.entries(by).map(([name, amount]) => [name, FieldValue.increment(amount)])
    const workspace = firestore.collection('workspaces').doc(encodeWorkspaceId(workspaceId))
    await workspace.set(Object.fromEntries(growth), { merge: true })
    await firestore.terminate()
  }
  return { catalog, drift, [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose]() }
}

export async function firestoreWorld(
  projectId: string,
  options: Partial<ConnectionOptions> = {},
): Promise<World> {
  const { quotaBytes } = options
  return World.open((given) => openFirestore({ ...given, projectId, ...options }), quotaBytes)
}
