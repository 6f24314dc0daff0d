import { CofferError } from '../../shared/client/coffer.ts'
import type { FileEvent } from '../../shared/client/events.ts'
import { coffer } from '../state/client.ts'
import { folderOf } from '../state/route.ts'
import type { Listing } from '../state/listing.ts'
import { fileRow, folderRow } from '../state/rows.ts'

const concurrency = 4

/** Brings a long list up to date: reads the record of each changed file that is, or was, directly in its folder. */
export async function applyEvents(list: Listing, events: readonly FileEvent[]): Promise<void> {
  const { route } = list
  const folder = folderOf(route)
  if (folder === undefined) return
  const isBelow = (path: string | undefined) => path?.startsWith(folder) ?? false
  const below = events.filter(({ path, from }) => isBelow(path) || isBelow(from))
  for (const { path = '' } of below) {
    const slash = path.indexOf('/', folder.length)
    if (isBelow(path) && slash > 0) addFolder(list, path.slice(0, slash + 1))
  }
  const ids = new Set(below.map(({ fileId }) => fileId)).values()
  const work = async () => {
    for (const id of ids) await readInto(list, folder, id)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}

function addFolder(list: Listing, path: string): void {
  if (!list.rows.peek().some(({ key }) => key === path)) list.place(folderRow(path))
}

async function readInto(list: Listing, folder: string, id: string): Promise<void> {
  try {
    const file = await coffer.get(id)
    const { origin = file.origin, state = file.state } = list.route.filter ?? {}
    const isShown = origin === file.origin && state === file.state
    const isHere = isShown && file.path === folder + file.name
    if (isHere) list.place(fileRow(file))
    else list.remove(new Set([id]))
  } catch (error) {
    if (error instanceof CofferError && (error.status === 404 || error.status === 410))
      list.remove(new Set([id]))
  }
}
