import type { ComponentChildren } from 'preact'
import { dropFolder, endDrag, startDrag } from '../drag/drag.ts'
import { isBlocked, type Row } from '../state/rows.ts'
import { selected } from '../state/selection.ts'
import { counted, size } from '../words/format.ts'
import { verdictOf } from '../words/verdicts.ts'

export interface EntryProps {
  index: number
  /** Distances from the start and from the top. */
  place: { start: number; top: number }
  width: number
  /** Undefined until the row is loaded. */
  row: Row | undefined
  isActive: boolean
  onPick: (event: MouseEvent) => void
  onOpen: (row: Row) => void
  /** A right click, or a finger that stays. */
  onHold: (element: HTMLElement) => void
}

interface FrameProps extends Omit<EntryProps, 'place' | 'width' | 'row'> {
  row: Row
  className: string
  style: Record<string, string>
  children: ComponentChildren
}

/** The element of a row or a tile, with its label, its focus and its handlers. */
export function Entry(props: FrameProps) {
  const { index, row, isActive, className, style, children, onPick, onOpen, onHold } = props
  return (
    <div
      id={`row-${index}`}
      class={`${className}${isBlocked(row) ? ' dim' : ''}${dropFolder.value === row.path ? ' into' : ''}`}
      data-folder={row.kind === 'folder' ? row.path : undefined}
      draggable
      onDragStart={(event) => startDrag(event, row)}
      onDragEnd={endDrag}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected.value.has(row.key)}
      aria-label={labelOf(row)}
      tabIndex={isActive ? 0 : -1}
      style={style}
      onClick={onPick}
      onDblClick={() => onOpen(row)}
      onContextMenu={(event) => {
        event.preventDefault()
        onHold(event.currentTarget)
      }}
    >
      {children}
    </div>
  )
}

/** The checkbox of an entry. The click reaches the entry, which changes the selection. */
export function Tick({ row }: { row: Row }) {
  return (
    <input
      class="tick"
      type="checkbox"
      tabIndex={-1}
      checked={selected.value.has(row.key)}
      aria-label={`Select ${row.name}`}
    />
  )
}

/** The name, which opens the entry unless the click changes the selection. */
export function Name({ row, onOpen }: { row: Row; onOpen: (row: Row) => void }) {
  return (
    <bdi
      class="cut title"
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || selected.value.size > 1) return
        event.stopPropagation()
        onOpen(row)
      }}
    >
      {row.name}
    </bdi>
  )
}

/** The name first, then what else is known: screen readers speak it when the entry gets the focus. */
function labelOf(row: Row): string {
  if (row.kind === 'folder')
    return `${row.name}, folder${row.fileCount ? `, ${counted(row.fileCount, 'file')}` : ''}`
  return `${row.name}, ${size(row.file.sizeBytes)}, ${verdictOf(row.file).word}`
}
