import { randomUUID } from 'node:crypto'
import { env } from 'node:process'
import { afterAll, beforeAll } from 'vitest'
import {
  FirestoreCatalog,
  type FirestoreCatalogOptions,
} from '../../shared/adapters/gcp/firestore-catalog.ts'
import { startFirestoreEmulator, type FirestoreEmulator } from '../emulators/firestore/start.ts'
import { World } from './catalog-world.ts'

type Options = Pick<FirestoreCatalogOptions, 'quotaBytes' | 'now'> &
  Partial<FirestoreCatalogOptions>

/** Whether the tests run against an emulator that someone else has started: it counts nothing and fails nothing. */
export const isOfficial = env['FIRESTORE_EMULATOR_HOST'] !== undefined

/** Has the emulator run while a file's tests do. */
export function useFirestore(): { emulator: () => FirestoreEmulator } {
  let emulator: FirestoreEmulator | undefined
  beforeAll(async () => {
    if (isOfficial) return
    emulator = await startFirestoreEmulator()
    env['FIRESTORE_EMULATOR_HOST'] = emulator.host
    env['METADATA_SERVER_DETECTION'] = 'none'
  })
  afterAll(async () => {
    if (!isOfficial) delete env['FIRESTORE_EMULATOR_HOST']
    await emulator?.[Symbol.asyncDispose]()
  })
  return {
    emulator: () => {
      if (emulator) return emulator
      throw new Error('The emulator is not running, or is not ours.')
    },
  }
}

export function newProject(): string {
  return `coffer-${randomUUID()}`
}

/** A catalog in a project of its own, and so an empty one, unless the options name another. */
export async function openFirestore(options: Options) {
  const catalog = await FirestoreCatalog.open({ projectId: newProject(), ...options })
  return { catalog, [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose]() }
}

export async function firestoreWorld(
  projectId: string,
  options: Partial<FirestoreCatalogOptions> = {},
): Promise<World> {
  const { quotaBytes } = options
  return World.open((given) => openFirestore({ ...given, projectId, ...options }), quotaBytes)
}
