import { Icon } from '../parts/icon.tsx'
import { Picture } from '../preview/picture.tsx'
import { isBlocked } from '../state/actions.ts'
import type { Row } from '../state/rows.ts'
import { selected } from '../state/selection.ts'
import { counted, size } from '../words/format.ts'
import { hasPicture, kindOf } from '../words/kinds.ts'
import { labelOf, State, type RowProps } from './row.tsx'

const pictureWidth = 400

/** One entry of the grid as a tile. It is a row with one cell, so that keys and screen readers meet the same list. */
export function Tile({ index, place, width, row, isActive, onPick, onOpen, onHold }: RowProps) {
  const position = {
    insetInlineStart: `${place.start}px`,
    top: `${place.top}px`,
    width: `${width}px`,
  }
  if (!row) {
    return (
      <div class="tile" role="row" aria-rowindex={index + 2} aria-busy="true" style={position}>
        <span role="gridcell" class="pic" />
      </div>
    )
  }
  const isSelected = selected.value.has(row.key)
  return (
    <div
      id={`row-${index}`}
      class={`tile${isBlocked(row) ? ' dim' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-label={labelOf(row)}
      tabIndex={isActive ? 0 : -1}
      style={position}
      onClick={onPick}
      onDblClick={() => onOpen(row)}
      onContextMenu={(event) => {
        event.preventDefault()
        onHold(event.currentTarget)
      }}
    >
      <div role="gridcell">
        <TilePicture row={row} />
        <input
          class="tick"
          type="checkbox"
          tabIndex={-1}
          checked={isSelected}
          aria-label={`Select ${row.name}`}
        />
        <div class="caption">
          <bdi
            class="cut title"
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey || selected.value.size > 1)
                return
              event.stopPropagation()
              onOpen(row)
            }}
          >
            {row.name}
          </bdi>
          {row.kind === 'file' && row.file.origin !== 'user-upload' && (
            <Icon name="agent" className="i14" />
          )}
        </div>
        <div class="tiny faint num meta">
          <Meta row={row} />
        </div>
      </div>
    </div>
  )
}

function TilePicture({ row }: { row: Row }) {
  const { icon, tint } =
    row.kind === 'folder'
      ? { icon: 'folder' as const, tint: 'k-folder' }
      : kindOf(row.file.mimeType)
  const plain = (
    <span class={`pic ${tint}`}>
      <Icon name={icon} className="huge" />
    </span>
  )
  const isShown =
    row.kind === 'file' &&
    row.file.state === 'ready' &&
    row.file.deletedAt === null &&
    hasPicture(row.file.mimeType)
  if (!isShown) return plain
  return <Picture id={row.key} width={pictureWidth} label="" className="pic" fallback={plain} />
}

function Meta({ row }: { row: Row }) {
  if (row.kind === 'folder')
    return <bdi>{row.fileCount === undefined ? 'Folder' : counted(row.fileCount, 'file')}</bdi>
  return row.file.state === 'ready' ? <bdi>{size(row.file.sizeBytes)}</bdi> : <State row={row} />
}
