import { isBlocked, restore } from '../state/actions.ts'
import { menu } from '../state/overlays.ts'
import { parentOf } from '../state/route.ts'
import type { FileRow, Row } from '../state/rows.ts'
import { selected } from '../state/selection.ts'
import { arrivingPaths } from '../state/uploads.ts'
import { listing } from '../state/view.ts'
import { Icon } from '../parts/icon.tsx'
import { count, counted, day, instant, size } from '../words/format.ts'
import { verdictOf } from '../words/verdicts.ts'
import { actionsOf } from './row-actions.ts'
import { Thumbnail } from './thumbnail.tsx'

export interface RowProps {
  index: number
  /** Distances from the start and from the top. */
  place: { start: number; top: number }
  width: number
  row: Row | undefined
  isActive: boolean
  onPick: (event: MouseEvent) => void
  onOpen: (row: Row) => void
  /** A right click, or a finger that stays. */
  onHold: (element: HTMLElement) => void
}

/** One row of the grid. A row that is not loaded yet is an empty one. */
export function GridRow({ index, place, row, isActive, onPick, onOpen, onHold }: RowProps) {
  const position = { transform: `translateY(${place.top}px)` }
  if (!row) {
    return (
      <div class="row ghost" role="row" aria-rowindex={index + 2} aria-busy="true" style={position}>
        <span role="gridcell" class="wide">
          <span class="bone" />
        </span>
      </div>
    )
  }
  const isSelected = selected.value.has(row.key)
  return (
    <div
      id={`row-${index}`}
      class={`row${isBlocked(row) ? ' dim' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-label={labelOf(row)}
      tabIndex={isActive ? 0 : -1}
      style={position}
      onClick={(event) => onPick(event)}
      onDblClick={() => onOpen(row)}
      onContextMenu={(event) => {
        event.preventDefault()
        onHold(event.currentTarget)
      }}
    >
      <span role="gridcell" class="pick">
        <input
          class="tick"
          type="checkbox"
          tabIndex={-1}
          checked={isSelected}
          aria-label={`Select ${row.name}`}
        />
      </span>
      <span role="gridcell" class="kind">
        <Thumbnail row={row} />
      </span>
      <span role="gridcell" class="name">
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
        {row.kind === 'file' && row.file.origin !== 'user-upload' && (
          <span class="by">
            <Icon name="agent" className="i14" />
            Agent
          </span>
        )}
        <FolderOf row={row} />
        <span class="sub tiny faint num">
          <SubLine row={row} />
        </span>
      </span>
      <span role="gridcell" class="r num">
        <SizeOf row={row} />
      </span>
      <span role="gridcell" class="d num">
        {row.kind === 'file' && (
          <time dateTime={timeOf(row)} title={instant(timeOf(row))}>
            {day(timeOf(row))}
          </time>
        )}
      </span>
      <span role="gridcell" class="v">
        {row.kind === 'file' && <Last row={row} />}
      </span>
      <span role="gridcell">
        <button
          type="button"
          class="more"
          tabIndex={-1}
          aria-label={`Actions for ${row.name}`}
          aria-haspopup="menu"
          onClick={(event) => {
            event.stopPropagation()
            menu.value = {
              label: `Actions for ${row.name}`,
              items: actionsOf(row),
              opener: event.currentTarget,
            }
          }}
        >
          <Icon name="more" />
        </button>
      </span>
    </div>
  )
}

/** The name comes first, then what else is known: screen readers speak it when the row gets the focus. */
export function labelOf(row: Row): string {
  if (row.kind === 'folder')
    return `${row.name}, folder${row.fileCount ? `, ${counted(row.fileCount, 'file')}` : ''}`
  return `${row.name}, ${size(row.file.sizeBytes)}, ${verdictOf(row.file).word}`
}

function timeOf(row: Row): string {
  if (row.kind === 'folder') return ''
  return row.file.deletedAt ?? row.file.createdAt
}

function SizeOf({ row }: { row: Row }) {
  const bytes = row.kind === 'file' ? row.file.sizeBytes : row.sizeBytes
  return bytes === undefined ? null : <bdi title={`${count(bytes)} bytes`}>{size(bytes)}</bdi>
}

/** Where the file is, in views of the whole workspace. */
function FolderOf({ row }: { row: Row }) {
  if (listing.value.route.view === 'files') return null
  const folder = parentOf(row.path)
  return (
    <span class="in tiny faint cut" title={folder}>
      <bdi>{folder}</bdi>
    </span>
  )
}

/** What a narrow screen shows below the name. */
function SubLine({ row }: { row: Row }) {
  if (row.kind === 'folder') {
    return <>{row.fileCount === undefined ? 'Folder' : counted(row.fileCount, 'file')}</>
  }
  if (row.file.state !== 'ready') return <State row={row} />
  const isWhole = listing.value.route.view !== 'files'
  return (
    <>
      <bdi>{size(row.file.sizeBytes)}</bdi> ·{' '}
      {isWhole ? <bdi>{parentOf(row.path)}</bdi> : day(timeOf(row))}
    </>
  )
}

/** The verdict; in the trash, the way back. */
function Last({ row }: { row: FileRow }) {
  if (row.file.deletedAt === null) return <State row={row} />
  return (
    <button
      type="button"
      class="btn small-btn"
      tabIndex={-1}
      aria-label={`Restore ${row.name}`}
      onClick={() => void restore([row])}
    >
      Restore
    </button>
  )
}

export function State({ row }: { row: FileRow }) {
  const { icon, tint, word: verdict } = verdictOf(row.file)
  const isArriving = row.file.state === 'pending' && arrivingPaths.value.has(row.path)
  const word = isArriving ? 'Uploading…' : verdict
  return (
    <span class={`state ${tint}`}>
      <Icon name={icon} className={icon === 'spinner' ? 'spin' : ''} />
      {word}
    </span>
  )
}
