import { computed, effect, signal, untracked } from '@preact/signals'
import { coffer } from './client.ts'
import { Listing } from './listing.ts'
import { closeOverlays } from './overlays.ts'
import { addressOf, folderOf, route } from './route.ts'
import type { Row } from './rows.ts'
import { resetSelection } from './selection.ts'

/** The list of the present view. */
export const listing = signal<Listing>(new Listing(route.value))

/** The row that had the focus, by the address of its view, so that "back" returns to it. */
const lastActive = new Map<string, string>()
export const activeKey = signal<string | undefined>(undefined)
let lastIndex = 0
/** Whether a long list of the whole workspace has changed since it was read. */
export const isStale = signal(false)

effect(() => {
  const next = route.value
  untracked(() => {
    if (addressOf(next) === addressOf(listing.value.route)) return
    if (activeKey.value) lastActive.set(addressOf(listing.value.route), activeKey.value)
    listing.value.close()
    resetSelection()
    closeOverlays()
    lastIndex = 0
    isStale.value = false
    activeKey.value = lastActive.get(addressOf(next))
    listing.value = new Listing(next)
  })
})

/** Reads a long list from its beginning. */
export function readFromStart(): void {
  isStale.value = false
  listing.value.close()
  listing.value = new Listing(route.value)
}

/** The index of the row that has the focus. */
export const activeIndex = computed(() => {
  const rows = listing.value.rows.value
  const index = rows.findIndex(({ key }) => key === activeKey.value)
  // A row that has gone gives its place to the next one.
  if (index < 0) return Math.max(0, Math.min(lastIndex, rows.length - 1))
  lastIndex = index
  return index
})

export function focusRow(row: Row | undefined): void {
  activeKey.value = row?.key
}

/** Reads the sizes of subfolders once the list is complete: one request. */
effect(() => {
  const list = listing.value
  const folder = folderOf(list.route)
  if (!list.isComplete.value || folder === undefined) return
  const hasFolders = untracked(() => list.rows.value.some(({ kind }) => kind === 'folder'))
  if (hasFolders) void describeFolders(list, folder)
})

async function describeFolders(list: Listing, prefix: string): Promise<void> {
  const page = await coffer.folders({ prefix, limit: 1000 }).catch(() => undefined)
  const sizes = new Map(page?.folders.map((folder) => [folder.path, folder]))
  list.describe((row) => {
    const known = row.kind === 'folder' ? sizes.get(row.path) : undefined
    if (row.kind !== 'folder' || !known || known.isMinimum) return row
    return { ...row, fileCount: known.fileCount, sizeBytes: known.sizeBytes }
  })
}

/** Reads the rows of the view again. */
export async function refreshView(): Promise<void> {
  const list = listing.value
  await list.refresh()
  const hasFolders = list.rows.value.some(({ kind }) => kind === 'folder')
  const folder = folderOf(list.route)
  if (hasFolders && folder !== undefined) await describeFolders(list, folder)
}
