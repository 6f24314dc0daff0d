import { stateOf, type Actor } from './actor.ts'
import { changed, expired, type State } from './model.ts'
import { deleteFolder, fill, moveFolder } from './operations/folders.ts'
import { load, revoke, share } from './operations/shares.ts'
import { copy, move, open, post, purge, put, remove, restore, send } from './operations/files.ts'

/** The operations of one client during which the process may crash at any point. */
export interface Scenario {
  name: string
  /** The operations before the first crash point. */
  prepare?: (actor: Actor) => Promise<void>
  run: (actor: Actor) => Promise<void>
  quotaMegabytes?: number
  /** The least number of crash points. Fewer mean that some are no longer tested. */
  minPoints: number
}

const path = '/a.bin'
const most = 600_000
const small = 4096

export const scenarios: Scenario[] = [
  { name: 'upload by PUT', run: (actor) => put(actor, path), minPoints: 60 },
  { name: 'upload by multipart', run: (actor) => post(actor, path), minPoints: 60 },
  {
    name: 'upload of a small file, which is a row',
    run: (actor) => post(actor, path, { sizeBytes: small }),
    minPoints: 36,
  },
  {
    name: 'infected upload of a small file over a small file',
    prepare: (actor) => put(actor, path, { sizeBytes: small }),
    run: (actor) => put(actor, path, { sizeBytes: small, infected: true }),
    minPoints: 36,
  },
  {
    name: 'copy and purge of a small file',
    prepare: (actor) => put(actor, path, { sizeBytes: small }),
    run: async (actor) => {
      await copy(actor, idOf(actor), '/b.bin')
      await purge(actor, idOf(actor))
    },
    minPoints: 36,
  },
  {
    name: 'overwrite of a clean path',
    prepare: (actor) => put(actor, path),
    run: (actor) => put(actor, path),
    minPoints: 56,
  },
  {
    name: 'overwrite that pushes the oldest version out of the trash',
    quotaMegabytes: 1,
    prepare: async (actor) => {
      for (let version = 0; version < 2; version++) await put(actor, path, { sizeBytes: most })
    },
    run: (actor) => put(actor, path, { sizeBytes: most }),
    minPoints: 72,
  },
  {
    name: 'infected upload',
    run: (actor) => put(actor, path, { infected: true }),
    minPoints: 76,
  },
  {
    name: 'infected overwrite',
    prepare: (actor) => put(actor, path),
    run: (actor) => post(actor, path, { infected: true }),
    minPoints: 72,
  },
  {
    name: 'resumable upload in chunks',
    run: async (actor) => {
      await open(actor, path)
      await send(actor, 30_000)
      await send(actor, 60_000)
      await send(actor)
    },
    minPoints: 120,
  },
  {
    name: 'resumable upload that turns out infected, over a clean path',
    prepare: (actor) => put(actor, path),
    run: async (actor) => {
      await open(actor, path, { infected: true })
      await send(actor, 30_000)
      await send(actor)
    },
    minPoints: 115,
  },
  {
    name: 'resumable upload whose bytes do not have the checksum',
    prepare: (actor) => put(actor, path),
    run: async (actor) => {
      await open(actor, path, { checksum: '0'.repeat(64), complete: expired })
      await send(actor)
    },
    minPoints: 112,
  },
  {
    name: 'settle of an upload that was overtaken',
    prepare: async (actor) => {
      await open(actor, path, { complete: overtaken })
      await put(actor, path)
    },
    run: async (actor) => void (await send(actor)),
    minPoints: 60,
  },
  {
    name: 'settle of an overwrite that no longer fits the quota',
    quotaMegabytes: 1,
    prepare: async (actor) => {
      await put(actor, path, { sizeBytes: most })
      const [owner] = stateOf(actor)
      await open(actor, path, { sizeBytes: most, complete: expired })
      await remove(actor, owner?.id ?? '')
      await put(actor, '/b.bin', { sizeBytes: 900_000 })
    },
    run: async (actor) => void (await send(actor)),
    minPoints: 80,
  },
  {
    name: 'cancel of a resumable upload',
    prepare: async (actor) => {
      await open(actor, path)
      await send(actor, 30_000)
    },
    run: (actor) => remove(actor, actor.session?.id ?? ''),
    minPoints: 15,
  },
  {
    name: 'delete',
    prepare: (actor) => put(actor, path),
    run: (actor) => remove(actor, idOf(actor)),
    minPoints: 6,
  },
  {
    name: 'purge',
    prepare: (actor) => put(actor, path),
    run: (actor) => purge(actor, idOf(actor)),
    minPoints: 13,
  },
  {
    name: 'restore',
    prepare: async (actor) => {
      await put(actor, path)
      await remove(actor, idOf(actor))
    },
    run: (actor) => restore(actor, idOf(actor), path),
    minPoints: 6,
  },
  {
    name: 'move',
    prepare: (actor) => put(actor, path),
    run: (actor) => move(actor, idOf(actor), '/moved/b.bin'),
    minPoints: 6,
  },
  {
    name: 'move and delete of a folder',
    prepare: (actor) => fill(actor, '/folder/'),
    run: async (actor) => {
      await moveFolder(actor, '/folder/', '/moved/')
      await deleteFolder(actor, '/moved/')
    },
    minPoints: 36,
  },
  {
    name: 'share, download and revoke by a link',
    prepare: async (actor) => {
      await put(actor, path)
      await share(actor, idOf(actor))
      await revoke(actor)
      await share(actor, idOf(actor))
      await load(actor)
    },
    run: async (actor) => {
      await revoke(actor)
      await share(actor, idOf(actor))
      await load(actor)
    },
    minPoints: 24,
  },
  {
    name: 'copy over a clean path',
    prepare: async (actor) => {
      await put(actor, path)
      await put(actor, '/b.bin')
    },
    run: (actor) => copy(actor, idOf(actor), '/b.bin'),
    minPoints: 62,
  },
]

function overtaken(state: State): State {
  const upload = state.find(({ place }) => place === 'open') ?? {}
  return changed(state, upload, { place: 'superseded' })
}

/** The file that was stored first. */
function idOf(actor: Actor): string {
  return stateOf(actor)[0]?.id ?? ''
}
