import { Icon } from '../parts/icon.tsx'
import { remove, restore, targetsOf } from '../state/actions.ts'
import { copyReferences } from '../state/clipboard.ts'
import { download } from '../state/download.ts'
import { dialog } from '../state/overlays.ts'
import { isBlocked, type FileRow } from '../state/rows.ts'
import { resetSelection } from '../state/selection.ts'
import { listing } from '../state/view.ts'
import { count, counted, size } from '../words/format.ts'

/** The bytes of folders are not known, so their number is. */
function chosenWords(files: number, folders: number): string {
  if (folders === 0) return count(files)
  const inFolders = counted(folders, 'folder')
  return files === 0 ? inFolders : `${counted(files, 'file')} and ${inFolders}`
}

/** What can be done with the selected rows. */
export function SelectionBar() {
  const rows = targetsOf(undefined)
  const files = rows.filter((row): row is FileRow => row.kind === 'file')
  const bytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0)
  const served = rows.filter((row) => !isBlocked(row))
  const isTrash = listing.value.route.view === 'trash'
  return (
    <div class="picked" role="toolbar" aria-label="Selected files">
      <button
        type="button"
        class="btn quiet icon"
        aria-label="End the selection"
        onClick={resetSelection}
      >
        <Icon name="close" />
      </button>
      <b>{chosenWords(files.length, rows.length - files.length)} selected</b>
      {files.length === rows.length && <span class="faint num">{size(bytes)}</span>}
      <span class="grow" />
      {isTrash ? (
        <>
          <button type="button" class="btn quiet" onClick={() => void restore(files)}>
            <Icon name="restore" className="i16" />
            Restore
          </button>
          <button
            type="button"
            class="btn quiet danger"
            onClick={() => (dialog.value = { kind: 'purge', rows: files })}
          >
            <Icon name="trash" className="i16" />
            Delete for good…
          </button>
        </>
      ) : (
        <>
          <button
            type="button"
            class="btn quiet"
            disabled={served.length === 0}
            onClick={() => void download(served)}
          >
            <Icon name="download" className="i16" />
            <span class="lbl">Download</span>
          </button>
          <button
            type="button"
            class="btn quiet"
            disabled={served.length === 0}
            onClick={() => (dialog.value = { kind: 'move', rows: served })}
          >
            <Icon name="move" className="i16" />
            <span class="lbl">Move to…</span>
          </button>
          <button
            type="button"
            class="btn quiet"
            disabled={served.length === 0}
            onClick={() => (dialog.value = { kind: 'copy', rows: served })}
          >
            <Icon name="copy" className="i16" />
            <span class="lbl">Copy to…</span>
          </button>
          <button type="button" class="btn quiet" onClick={() => void copyReferences(rows)}>
            <Icon name="link" className="i16" />
            <span class="lbl">Copy references</span>
          </button>
          <button type="button" class="btn quiet danger" onClick={() => void remove(rows)}>
            <Icon name="trash" className="i16" />
            <span class="lbl">Delete</span>
          </button>
        </>
      )}
    </div>
  )
}
