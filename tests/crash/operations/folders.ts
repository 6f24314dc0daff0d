import { maxFilesPerStep } from '../../../shared/model/folders/operation.ts'
import { perform, type Actor } from '../actor.ts'
import type { State, Version } from '../model.ts'
import { put } from './files.ts'

/** Waits for the end of the operation. */
const headers = { prefer: 'wait=60' }

/** Stores one file more than one step of an operation takes. */
export async function fill(actor: Actor, folder: string): Promise<void> {
  for (let i = 0; i <= maxFilesPerStep; i += 1) {
    await put(actor, `${folder}${i}`, { sizeBytes: 40 })
  }
}

/** `PATCH /folders`. */
export async function moveFolder(actor: Actor, from: string, to: string): Promise<void> {
  await perform(actor, {
    request: 'PATCH /folders',
    call: { json: { from, to }, headers },
    done: [200],
    after: (state) =>
      changedIn(state, from, ({ path }) => ({ path: `${to}${path.slice(from.length)}` })),
  })
}

/** `DELETE /folders`. */
export async function deleteFolder(actor: Actor, folder: string): Promise<void> {
  await perform(actor, {
    request: `DELETE /folders?prefix=${encodeURIComponent(folder)}`,
    call: { headers },
    done: [200],
    after: (state) => changedIn(state, folder, () => ({ place: 'trash' })),
  })
}

/** The state after a change of all live versions in a folder. */
function changedIn(
  state: State,
  folder: string,
  change: (version: Version) => Partial<Version>,
): State {
  const isIn = ({ place, path }: Version) => place === 'live' && path.startsWith(folder)
  return state.map((version) => (isIn(version) ? { ...version, ...change(version) } : version))
}
