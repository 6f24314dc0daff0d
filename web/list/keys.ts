import { batch } from '@preact/signals'
import { remove, targetsOf } from '../state/actions.ts'
import { copyReferences } from '../state/clipboard.ts'
import { download } from '../state/download.ts'
import { toggleLayout } from '../state/layout.ts'
import { dialog, menu, previewed, showsDetails } from '../state/overlays.ts'
import { above, go } from '../state/route.ts'
import { isBlocked, type FileRow, type Row } from '../state/rows.ts'
import {
  extendTo,
  moveAnchor,
  resetSelection,
  selectAll,
  selected,
  toggle,
} from '../state/selection.ts'
import { undoLatest } from '../state/undo.ts'
import { activeIndex, activeKey, focusRow, listing } from '../state/view.ts'
import { chooseFiles, chooseFolder } from '../uploads/choose.ts'
import { focusSearch } from '../views/search-box.tsx'
import { askToDeleteSession } from '../sessions/delete-session.ts'
import { openRow, actionsOf } from './row-actions.ts'

export interface GridKeys {
  /** Rows of one page. */
  pageRows: number
  /** Tiles side by side; 1 in the list. */
  columns: number
  /** Scrolls a row into sight and gives it the focus. */
  reveal: (index: number) => void
  /** The element of the row that has the focus. */
  element: () => HTMLElement | null
}

/** Handles a key of the list. Returns whether it did. */
export function handleKey(event: KeyboardEvent, grid: GridKeys): boolean {
  const { key, shiftKey } = event
  const isCommand = event.ctrlKey || event.metaKey
  const to = targetOf(event, grid)
  if (to !== undefined) return moveTo(to, shiftKey, grid)
  // A held key moves the focus on. It acts once, or a held Delete would empty the folder.
  if (event.repeat && /^(?:Delete|Enter|Backspace| |[A-Z])$/.test(key)) return true
  const rows = listing.value.rows.value
  const active = rows[activeIndex.value]
  if (isCommand) return handleCommand(key, active)
  if (key === ' ') return act(() => toggle(rows, activeIndex.value))
  if (key === 'Escape') return escape()
  if (key === 'Backspace') return goUp()
  if (key === 'F2' && active && !isBlocked(active))
    return act(() => (dialog.value = { kind: 'rename', row: active }))
  if (key === 'Delete') return deleteRows(targetsOf(active))
  if ((key === 'F10' && shiftKey) || key === 'ContextMenu') return openMenu(active, grid.element())
  if (key === 'Enter' && active) return act(() => openRow(active))
  return handleLetter(event, active) || typeAhead(key, grid)
}

function act(run: () => unknown): true {
  run()
  return true
}

function targetOf(
  { key, altKey }: KeyboardEvent,
  { pageRows, columns }: GridKeys,
): number | undefined {
  const at = activeIndex.value
  if (altKey) return undefined
  const forward = document.documentElement.dir === 'rtl' ? -1 : 1
  switch (key) {
    case 'ArrowDown':
      return at + columns
    case 'ArrowUp':
      return at - columns
    case 'ArrowRight':
      return columns > 1 ? at + forward : undefined
    case 'ArrowLeft':
      return columns > 1 ? at - forward : undefined
    case 'PageDown':
      return at + pageRows
    case 'PageUp':
      return at - pageRows
    case 'Home':
      return 0
    case 'End':
      return Infinity
    default:
      return undefined
  }
}

function moveTo(to: number, extend: boolean, grid: GridKeys): true {
  if (to === Infinity && !listing.value.isComplete.value) {
    void listing.value.wantAll().then(() => step(Infinity, extend, grid))
  }
  step(to, extend, grid)
  return true
}

function step(to: number, extend: boolean, { reveal }: GridKeys): void {
  const rows = listing.value.rows.value
  const index = Math.max(0, Math.min(rows.length - 1, to))
  batch(() => {
    focusRow(rows[index])
    if (extend) extendTo(rows, index)
    else moveAnchor(index)
  })
  reveal(index)
}

function handleCommand(key: string, active: Row | undefined): boolean {
  switch (key.toLowerCase()) {
    case ' ':
      return act(() => toggle(listing.value.rows.value, activeIndex.value))
    case 'a':
      return act(() => void listing.value.wantAll().then(() => selectAll(listing.value.rows.value)))
    case 'c':
      return act(() => void copyReferences(targetsOf(active)))
    case 'z':
      return act(undoLatest)
    default:
      return false
  }
}

/** Capital letters act, because small ones find names. They work while the list has the focus only (WCAG 2.1.4). */
function handleLetter({ key, altKey }: KeyboardEvent, active: Row | undefined): boolean {
  if (altKey && key === 'ArrowUp') return goUp()
  if (altKey) return false
  const targets = targetsOf(active).filter((row) => !isBlocked(row))
  switch (key) {
    case '/':
      return act(focusSearch)
    case '?':
      return act(() => (dialog.value = { kind: 'keys' }))
    case 'D':
      return act(() => targets.length > 0 && void download(targets))
    case 'M':
      return act(() => targets.length > 0 && (dialog.value = { kind: 'move', rows: targets }))
    case 'C':
      return act(() => targets.length > 0 && (dialog.value = { kind: 'copy', rows: targets }))
    case 'I':
      return act(() => (showsDetails.value = !showsDetails.value))
    case 'P':
      return act(
        () => active?.kind === 'file' && !isBlocked(active) && (previewed.value = active.key),
      )
    case 'V':
      return act(toggleLayout)
    case 'U':
      return act(chooseFiles)
    case 'F':
      return act(chooseFolder)
    default:
      return false
  }
}

function escape(): boolean {
  if (selected.value.size > 0) resetSelection()
  else if (showsDetails.value) showsDetails.value = false
  else if (listing.value.route.view === 'search') go({ view: 'files', folder: '/' })
  else return false
  return true
}

function goUp(): boolean {
  const { route } = listing.value
  if (route.view !== 'files' || route.folder === '/') return false
  const { folder } = route
  go(above(route))
  activeKey.value = folder
  return true
}

function deleteRows(rows: Row[]): boolean {
  if (rows.length === 0) return false
  const files = rows.filter((row): row is FileRow => row.kind === 'file')
  const { view } = listing.value.route
  if (view === 'trash') dialog.value = { kind: 'purge', rows: files }
  else if (view === 'sessions') askToDeleteSession(rows)
  else void remove(rows)
  return true
}

function openMenu(row: Row | undefined, opener: HTMLElement | null): boolean {
  if (!row || !opener) return false
  menu.value = { label: `Actions for ${row.name}`, items: actionsOf(row), opener }
  return true
}

const typeAheadMs = 700
let typed = ''
let typedAt = 0

/** Moves to the next name that begins with the letters typed. */
function typeAhead(key: string, { reveal }: GridKeys): boolean {
  if (key.length !== 1) return false
  const now = Date.now()
  typed = now - typedAt > typeAheadMs ? key : typed + key
  typedAt = now
  const rows = listing.value.rows.value
  const from = activeIndex.value + (typed.length === 1 ? 1 : 0)
  const wanted = typed.toLocaleLowerCase()
  const isMatch = ({ name }: Row) => name.toLocaleLowerCase().startsWith(wanted)
  let index = rows.findIndex((row, at) => at >= from && isMatch(row))
  if (index < 0) index = rows.findIndex(isMatch)
  if (index < 0) return false
  focusRow(rows[index])
  moveAnchor(index)
  reveal(index)
  return true
}
