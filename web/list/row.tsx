import { Icon } from '../parts/icon.tsx'
import { RowPicture } from '../preview/row-picture.tsx'
import { restore } from '../state/actions.ts'
import { menu } from '../state/overlays.ts'
import { folderOf, parentOf } from '../state/route.ts'
import type { FileRow, Row } from '../state/rows.ts'
import { usage } from '../state/usage.ts'
import { listing } from '../state/view.ts'
import { daysLeft } from '../words/days-left.ts'
import { verdictOf } from '../words/verdicts.ts'
import { count, counted, day, instant, size } from '../words/format.ts'
import { Entry, Name, Tick, type EntryProps } from './entry.tsx'
import { actionsOf } from './row-actions.ts'
import { ScanState } from './scan-state.tsx'

/** One row of the list. A row that is not loaded yet shows a grey bar. */
export function GridRow(props: EntryProps) {
  const { index, place, row, onOpen } = props
  const position = { transform: `translateY(${place.top}px)` }
  if (!row) {
    return (
      <div
        class="row placeholder"
        role="row"
        aria-rowindex={index + 2}
        aria-busy="true"
        style={position}
      >
        <span role="gridcell" class="wide">
          <span class="placeholder-bar" />
        </span>
      </div>
    )
  }
  return (
    <Entry {...props} row={row} className="row" style={position}>
      <span role="gridcell" class="pick">
        <Tick row={row} />
      </span>
      <span role="gridcell" class="kind">
        <RowPicture
          row={row}
          width={96}
          className="thumb"
          plainClass="thumb plain"
          iconClass="i20"
        />
      </span>
      <span role="gridcell" class="name">
        <Name row={row} onOpen={onOpen} />
        {row.kind === 'file' && row.file.origin !== 'user-upload' && (
          <span class="by">
            <Icon name="agent" className="i14" />
            Agent
          </span>
        )}
        {row.kind === 'file' && row.file.deletedAt !== null && row.file.supersededBy !== null && (
          <span class="by">
            <Icon name="history" className="i14" />
            Replaced
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
        {row.kind === 'file' && <VerdictOrRestore row={row} />}
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
    </Entry>
  )
}

function timeOf(row: Row): string {
  if (row.kind === 'folder') return ''
  return row.file.deletedAt ?? row.file.createdAt
}

function SizeOf({ row }: { row: Row }) {
  const bytes = row.kind === 'file' ? row.file.sizeBytes : row.sizeBytes
  return bytes === undefined ? null : <bdi title={`${count(bytes)} bytes`}>{size(bytes)}</bdi>
}

/** Where the file is, and why it is not served, in views of the whole workspace. */
function FolderOf({ row }: { row: Row }) {
  if (folderOf(listing.value.route) !== undefined) return null
  const folder = parentOf(row.path)
  const isRefused = row.kind === 'file' && /infected|unscannable/.test(row.file.state)
  const why = isRefused && verdictOf(row.file).detail
  return (
    <span class="in tiny faint cut" title={folder}>
      <bdi>{folder}</bdi>
      {why && ` · ${why}`}
      {row.kind === 'file' && left(row)}
    </span>
  )
}

/** ` · 12 days left` in the trash. */
function left({ file }: FileRow): string {
  const retentionDays = usage.value?.trashRetentionDays
  if (file.deletedAt === null || retentionDays === undefined) return ''
  return ` · ${daysLeft(file.deletedAt, retentionDays)}`
}

/** What a narrow screen shows below the name. */
function SubLine({ row }: { row: Row }) {
  if (row.kind === 'folder') {
    return <>{row.fileCount === undefined ? 'Folder' : counted(row.fileCount, 'file')}</>
  }
  if (row.file.state !== 'ready') return <ScanState row={row} />
  if (row.file.deletedAt !== null) {
    return (
      <>
        {row.file.supersededBy === null ? 'Deleted' : 'Replaced'} · {day(row.file.deletedAt)}
        {left(row)}
      </>
    )
  }
  const isWhole = listing.value.route.view !== 'files'
  return (
    <>
      <bdi>{size(row.file.sizeBytes)}</bdi> ·{' '}
      {isWhole ? <bdi>{parentOf(row.path)}</bdi> : day(timeOf(row))}
      {row.file.origin !== 'user-upload' && ' · Agent'}
    </>
  )
}

/** The verdict of a file. In the trash, the button that restores it. */
function VerdictOrRestore({ row }: { row: FileRow }) {
  if (row.file.deletedAt === null) return <ScanState row={row} />
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
