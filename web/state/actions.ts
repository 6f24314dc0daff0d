import { coffer } from './client.ts'
import { readNow } from './live.ts'
import { parentOf } from './route.ts'
import type { FileRow, FolderRow, Row } from './rows.ts'
import { resetSelection, selected } from './selection.ts'
import { fail, show } from './toasts.ts'
import { undoable } from './undo.ts'
import { listing, refreshView } from './view.ts'

const concurrency = 4

/** The selected rows, or the row that has the focus. */
export function targetsOf(active: Row | undefined): Row[] {
  const rows = listing.value.rows.value.filter(({ key }) => selected.value.has(key))
  return rows.length > 0 ? rows : active ? [active] : []
}

/** Runs an action on each row, a few at a time. Resolves to the rows that it succeeded for; shows the first failure. */
async function each<R extends Row>(
  rows: readonly R[],
  act: (row: R) => Promise<unknown>,
): Promise<R[]> {
  const queue = rows.values()
  const done: R[] = []
  let failure: unknown
  const work = async () => {
    for (const row of queue) {
      await act(row).then(
        () => done.push(row),
        (error: unknown) => (failure ??= error),
      )
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  if (failure !== undefined) fail(failure)
  return done
}

async function changed(gone: readonly Row[] = []): Promise<void> {
  resetSelection()
  const list = listing.value
  if (!list.isShort) for (const { key } of gone) list.remove(key)
  await refreshView()
  readNow()
}

/** `“a.txt” is in the trash`, `3 items are in the trash`. */
function titled(rows: readonly Row[], state: string): string {
  const [first] = rows
  return rows.length === 1
    ? `“${first?.name}” ${state}`
    : `${rows.length} items ${state.replace('is', 'are')}`
}

/** Moves rows to the trash. Undo restores them. */
export async function remove(rows: readonly Row[]): Promise<void> {
  const operations = new Map<string, string>()
  const done = await each(rows, async (row) => {
    if (row.kind === 'file') return coffer.delete(row.key)
    const { id } = await coffer.deleteFolder(row.path)
    operations.set(row.key, id)
  })
  await changed(done)
  if (done.length === 0) return
  undoable(titled(done, 'is in the trash'), async () => {
    await each(done, (row) =>
      row.kind === 'file'
        ? coffer.restore(row.key)
        : coffer.restoreFolder({ operation: operations.get(row.key) ?? '' }),
    )
    await changed()
  })
}

type Movable = Pick<Row, 'kind' | 'key' | 'path'>

const movedTo = ({ kind, key }: Movable, path: string): Movable => ({
  kind,
  path,
  key: kind === 'folder' ? path : key,
})

/** Gives a file or a folder another name. Throws the refusal of the service. */
export async function rename(row: Row, name: string): Promise<void> {
  const to = row.kind === 'file' ? `${folderOf(row.path)}${name}` : `${parentOf(row.path)}${name}/`
  if (row.kind === 'file') await coffer.update(row.key, { name })
  else if (name.includes('/'))
    throw new Error('A name must not contain “/”. Use “Move to…” instead.')
  else await moveTo(row, to)
  await changed()
  undoable(`“${row.name}” is now “${name}”`, async () => {
    await moveTo(movedTo(row, to), row.path).catch(fail)
    await changed()
  })
}

async function moveTo({ kind, key, path }: Movable, to: string): Promise<void> {
  if (kind === 'file') {
    await coffer.update(key, { path: to })
    return
  }
  const { refusedCount, refused } = await coffer.moveFolder({ from: path, to })
  const [first] = refused
  if (refusedCount > 0) {
    fail(
      `${refusedCount} of its files stay where they are, such as ${first?.path}: ${first?.code}.`,
    )
  }
}

/** Moves rows into a folder. */
export async function move(rows: readonly Row[], folder: string): Promise<void> {
  const target = (row: Row) => `${folder}${row.name}${row.kind === 'folder' ? '/' : ''}`
  const done = await each(rows, (row) => moveTo(row, target(row)))
  await changed()
  if (done.length === 0) return
  undoable(titled(done, `is in ${folder}`), async () => {
    await each(done, (row) => moveTo(movedTo(row, target(row)), row.path))
    await changed()
  })
}

/** Takes files out of the trash. */
export async function restore(rows: readonly FileRow[]): Promise<void> {
  const done = await each(rows, (row) => coffer.restore(row.key))
  await changed()
  if (done.length > 0) show({ text: titled(done, 'is restored') })
}

/** Deletes files for good. */
export async function purge(rows: readonly FileRow[]): Promise<void> {
  const done = await each(rows, (row) => coffer.delete(row.key, { purge: true }))
  await changed()
  if (done.length > 0) show({ text: titled(done, 'is deleted for good') })
}

/** Saves a file, or a ZIP of a folder or of several files. The browser streams the bytes from a link. */
export async function download(rows: readonly Row[]): Promise<void> {
  try {
    const { url } = await linkOf(rows)
    // No navigation: that would ask whether to leave while uploads run.
    Object.assign(document.createElement('a'), { href: url, download: '' }).click()
  } catch (error) {
    fail(error)
  }
}

function linkOf(rows: readonly Row[]): Promise<{ url: string }> {
  const [first] = rows
  if (rows.length === 1 && first?.kind === 'file') return coffer.link(first.key)
  if (rows.length === 1 && first?.kind === 'folder')
    return coffer.archiveLink({ prefix: first.path })
  const files = rows.filter((row): row is FileRow => row.kind === 'file')
  if (files.length < rows.length) {
    throw new Error('Select files only, or one folder: a ZIP holds the one or the other.')
  }
  return coffer.archiveLink({ ids: files.map(({ key }) => key) })
}

/** Opens a file in a new tab, if its type may be shown there. */
export async function openInTab(file: FileRow): Promise<void> {
  // Opened before the request, or the browser would take it for a pop-up.
  const tab = open('about:blank', '_blank')
  try {
    const { url } = await coffer.link(file.key, { inline: true })
    if (!tab) throw new Error('The browser has blocked the new tab.')
    tab.opener = null
    tab.location.href = url
  } catch (error) {
    tab?.close()
    fail(error)
  }
}

/** Copies `workspace://` references, one a line: agents read files by them. */
export async function copyReferences(rows: readonly Row[]): Promise<void> {
  const lines = rows.map((row) =>
    row.kind === 'file' ? `workspace://${row.key}` : `workspace://${row.path}`,
  )
  await copyText(
    lines.join('\n'),
    lines.length === 1 ? 'The reference is copied' : `${lines.length} references are copied`,
  )
}

export async function copyText(text: string, message: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    show({ text: message })
  } catch {
    fail('The browser does not permit this page to copy.')
  }
}

export function isBlocked(row: FileRow | FolderRow): boolean {
  return row.kind === 'file' && row.file.state !== 'ready'
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}
