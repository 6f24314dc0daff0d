import { wordsOf } from '../words/errors.ts'
import { counted } from '../words/format.ts'
import { coffer } from './client.ts'
import { readNow } from '../live/follow.ts'
import { movePins } from './pins.ts'
import { parentOf } from './route.ts'
import type { FileRow, Row } from './rows.ts'
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

interface Outcome<R> {
  done: R[]
  failedCount: number
  /** Why the first of them failed. */
  failure?: unknown
}

/** Runs an action on each row, a few at a time. */
export async function each<R>(
  rows: readonly R[],
  act: (row: R) => Promise<unknown>,
): Promise<Outcome<R>> {
  const queue = rows.values()
  const outcome: Outcome<R> = { done: [], failedCount: 0 }
  const work = async () => {
    for (const row of queue) {
      await act(row).then(
        () => outcome.done.push(row),
        (error: unknown) => {
          outcome.failedCount += 1
          outcome.failure ??= error
        },
      )
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return outcome
}

/** Shows in one message what is done and why the rest is not. The message has a button that takes the action back. */
export function report<R extends { name: string }>(
  { done, failedCount, failure }: Outcome<R>,
  state: string,
  { undo, notes = [] }: { undo?: () => Promise<void>; notes?: readonly string[] } = {},
): void {
  const parts = done.length === 0 ? [] : [titled(done, state)]
  if (failedCount > 0) {
    const items = done.length === 0 ? '' : `${counted(failedCount, 'item')} unchanged: `
    parts.push(items + wordsOf(failure).detail)
  }
  const text = [...parts, ...notes].join('. ')
  const isError = failedCount > 0 || notes.length > 0
  if (undo && done.length > 0) undoable({ text, isError }, undo)
  else if (text !== '') show({ text, isError })
}

/** Shows the view after a change of this page. `gone`: rows that are not in it any more. */
export async function changed(gone: readonly Row[] = []): Promise<void> {
  resetSelection()
  const list = listing.value
  if (!list.isShort) list.remove(new Set(gone.map(({ key }) => key)))
  await refreshView()
  readNow()
}

/** `“a.txt” is in the trash`, `3 items are in the trash`. */
function titled(rows: readonly { name: string }[], state: string): string {
  const [first] = rows
  return rows.length === 1
    ? `“${first?.name}” ${state}`
    : `${rows.length} items ${state.replace('is', 'are')}`
}

/** Moves rows to the trash. Undo restores them. */
export async function remove(rows: readonly Row[]): Promise<void> {
  const operations = new Map<string, string>()
  const outcome = await each(rows, async (row) => {
    if (row.kind === 'file') return coffer.delete(row.key)
    const { id } = await coffer.deleteFolder(row.path)
    operations.set(row.key, id)
  })
  const { done } = outcome
  await changed(done)
  const undo = async () => {
    const undone = await each(done, (row) =>
      row.kind === 'file'
        ? coffer.restore(row.key)
        : coffer.restoreFolder({ operation: operations.get(row.key) ?? '' }),
    )
    await changed()
    if (undone.failedCount > 0) report(undone, 'is restored')
  }
  report(outcome, 'is in the trash', { undo })
}

type Movable = Pick<Row, 'kind' | 'key' | 'path'>

const movedTo = ({ kind, key }: Movable, path: string): Movable => ({
  kind,
  path,
  key: kind === 'folder' ? path : key,
})

/** Gives a file or a folder another name. Throws the refusal of the service. */
export async function rename(row: Row, name: string): Promise<void> {
  if (row.kind === 'folder' && name.includes('/'))
    throw new Error('A name must not contain “/”. Use “Move to…” instead.')
  const to = row.kind === 'file' ? `${folderOf(row.path)}${name}` : `${parentOf(row.path)}${name}/`
  const notes: string[] = []
  if (row.kind === 'file') await coffer.update(row.key, { name })
  else notes.push(...(await moveTo(row, to)))
  await changed()
  const text = [`“${row.name}” is now “${name}”`, ...notes].join('. ')
  undoable({ text, isError: notes.length > 0 }, async () => {
    const stayed = await moveTo(movedTo(row, to), row.path).catch((error: unknown) => {
      fail(error)
      return []
    })
    await changed()
    if (stayed.length > 0) fail(stayed.join('. '))
  })
}

/** Moves a file or a folder. Resolves to a sentence about files of the folder that could not move, if there are any. */
async function moveTo({ kind, key, path }: Movable, to: string): Promise<string[]> {
  if (kind === 'file') {
    await coffer.update(key, { path: to })
    return []
  }
  const { refusedCount, refused } = await coffer.moveFolder({ from: path, to })
  const [first] = refused
  movePins(path, to)
  if (refusedCount === 0) return []
  return [
    `${counted(refusedCount, 'file')} of the folder could not move, such as ${first?.path}: ${first?.code}`,
  ]
}

/** Moves rows into a folder. */
export async function move(rows: readonly Row[], folder: string): Promise<void> {
  const target = (row: Row) => `${folder}${row.name}${row.kind === 'folder' ? '/' : ''}`
  const notes: string[] = []
  const outcome = await each(rows, async (row) => notes.push(...(await moveTo(row, target(row)))))
  await changed()
  const { done } = outcome
  const undo = async () => {
    const stayed: string[] = []
    const undone = await each(done, async (row) =>
      stayed.push(...(await moveTo(movedTo(row, target(row)), row.path))),
    )
    await changed()
    if (undone.failedCount + stayed.length > 0) report(undone, 'is moved back', { notes: stayed })
  }
  report(outcome, `is in ${folder}`, { undo, notes })
}

interface Copy {
  name: string
  from: string
  to: string
  id?: string
}

/** Copies files, and all files of folders, into a folder. A taken name gets a number. Undo moves the copies to the trash. */
export async function copyTo(rows: readonly Row[], folder: string): Promise<void> {
  try {
    const copies = (await Promise.all(rows.map((row) => copiesOf(row, folder)))).flat()
    const outcome = await each(copies, async (copy) => {
      const { id } = await coffer.copy(copy.from, { path: copy.to, onConflict: 'rename' })
      copy.id = id
    })
    await changed()
    const undo = async () => {
      await each(outcome.done, async ({ id = '' }) => coffer.delete(id))
      await changed()
    }
    report(outcome, `is copied to ${folder}`, { undo })
  } catch (error) {
    fail(error)
  }
}

async function copiesOf(row: Row, folder: string): Promise<Copy[]> {
  const { key, name, path } = row
  if (row.kind === 'file') return [{ name, from: key, to: folder + name }]
  const copies: Copy[] = []
  const start = parentOf(path).length
  for await (const file of coffer.files({ prefix: path, state: 'ready' })) {
    copies.push({ name: file.name, from: file.id, to: folder + file.path.slice(start) })
  }
  return copies
}

/** Takes files out of the trash. */
export async function restore(rows: readonly FileRow[]): Promise<void> {
  const outcome = await each(rows, (row) => coffer.restore(row.key))
  await changed()
  report(outcome, 'is restored')
}

/** Deletes files for good. */
export async function purge(rows: readonly FileRow[]): Promise<void> {
  const outcome = await each(rows, (row) => coffer.delete(row.key, { purge: true }))
  await changed()
  report(outcome, 'is deleted for good')
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}
