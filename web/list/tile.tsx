import { Icon } from '../parts/icon.tsx'
import { RowPicture } from '../preview/row-picture.tsx'
import type { Row } from '../state/rows.ts'
import { counted, size } from '../words/format.ts'
import { Entry, Name, Tick, type EntryProps } from './entry.tsx'
import { ScanState } from './scan-state.tsx'

const pictureWidth = 400

/** One entry of the list as a tile. It is a row with one cell, so that keys and screen readers work as in the list. */
export function Tile(props: EntryProps) {
  const { index, place, width, row, onOpen } = props
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
  return (
    <Entry {...props} row={row} className="tile" style={position}>
      <div role="gridcell">
        <RowPicture
          row={row}
          width={pictureWidth}
          className="pic"
          plainClass="pic"
          iconClass="huge"
        />
        <Tick row={row} />
        <div class="caption">
          <Name row={row} onOpen={onOpen} />
          {row.kind === 'file' && row.file.origin !== 'user-upload' && (
            <Icon name="agent" className="i14" />
          )}
        </div>
        <div class="tiny faint num meta">
          <SizeOrState row={row} />
        </div>
      </div>
    </Entry>
  )
}

function SizeOrState({ row }: { row: Row }) {
  if (row.kind === 'folder')
    return <bdi>{row.fileCount === undefined ? 'Folder' : counted(row.fileCount, 'file')}</bdi>
  if (row.file.state !== 'ready') return <ScanState row={row} />
  return <bdi>{size(row.file.sizeBytes)}</bdi>
}
