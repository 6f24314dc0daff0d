import { computed, effect, signal, untracked } from '@preact/signals'
import { coffer } from './client.ts'
import { Listing } from './listing.ts'
import { closeOverlays } from './overlays.ts'
import { addressOf, route } from './route.ts'
import type { Row } from './rows.ts'
import { resetSelection } from './selection.ts'

/** The list of the present view. */
export const listing = signal<Listing>(new Listing(route.value))

/** The row that had the focus, by the address of its view, so that "back" returns to it. */
const lastActive = new Map<string, string>()
export const activeKey = signal<string | undefined>(undefined)
let lastIndex = 0

effect(() => {
  const next = route.value
  untracked(() => {
    if (addressOf(next) === addressOf(listing.value.route)) return
    if (activeKey.value) lastActive.set(addressOf(listing.value.route), activeKey.value)
    listing.value.close()
    resetSelection()
    closeOverlays()
    lastIndex = 0
    activeKey.value = lastActive.get(addressOf(next))
    listing.value = new Listing(next)
  })
})

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
  const { route } = list
  if (!list.isComplete.value || route.view !== 'files') return
  const hasFolders = untracked(() => list.rows.value.some(({ kind }) => kind === 'folder'))
  if (hasFolders) void describeFolders(list, route.folder)
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
  if (hasFolders && list.route.view === 'files') await describeFolders(list, list.route.folder)
}
