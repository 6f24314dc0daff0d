import { randomUUID } from 'node:crypto'
import { env } from 'node:process'
import { FieldValue, Firestore } from '@google-cloud/firestore'
import { afterAll, beforeAll } from 'vitest'
import {
  FirestoreCatalog,
  type FirestoreCatalogOptions,
} from '../../../shared/adapters/firestore/catalog.ts'
import { encodeWorkspaceId } from '../../../shared/model/storage-path.ts'
import type { Counters } from '../../../shared/model/usage.ts'
import { startFirestoreEmulator, type FirestoreEmulator } from '../../emulators/firestore/start.ts'
import { World } from '../../ports/catalog/world.ts'

const variable = 'FIRESTORE_EMULATOR_HOST'

type Options = Pick<FirestoreCatalogOptions, 'quotaBytes' | 'now'> &
  Partial<FirestoreCatalogOptions>

/** Has the emulator that `FIRESTORE_EMULATOR_HOST` names, else one of our own, run while a file's tests do. */
export function useFirestore(): void {
  if (!env[variable]) useOwnFirestore()
}

/** Has an emulator of our own run while a file's tests do: for what asks for its bill, its faults or its indexes. */
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

/** A catalog in a project of its own, and so an empty one, unless the options name another. */
export async function openFirestore(options: Options) {
  const { projectId = newProject() } = options
  const catalog = await FirestoreCatalog.open({ isEmulated: true, ...options, projectId })
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
  options: Partial<FirestoreCatalogOptions> = {},
): Promise<World> {
  const { quotaBytes } = options
  return World.open((given) => openFirestore({ ...given, projectId, ...options }), quotaBytes)
}
