import { keySheet, shownKeys } from '../list/key-sheet.ts'
import { purge } from '../state/actions.ts'
import { closeDialog, dialog } from '../state/overlays.ts'
import type { FileRow } from '../state/rows.ts'
import { DeleteSessionDialog } from '../sessions/delete-session-dialog.tsx'
import { EmptyTrashDialog } from '../trash/empty-trash-dialog.tsx'
import { LargeFiles } from '../uploads/large-files.tsx'
import { counted } from '../words/format.ts'
import { DialogButtons } from './dialog-buttons.tsx'
import { Modal } from './modal.tsx'
import { MoveDialog } from './move-dialog.tsx'
import { NewFolderDialog } from './new-folder-dialog.tsx'
import { RenameDialog } from './rename-dialog.tsx'

/** The dialog that is open. */
export function Dialogs() {
  const open = dialog.value
  switch (open?.kind) {
    case undefined:
      return null
    case 'rename':
      return <RenameDialog row={open.row} />
    case 'move':
    case 'copy':
      return <MoveDialog kind={open.kind} rows={open.rows} />
    case 'purge':
      return <PurgeDialog rows={open.rows} />
    case 'delete-session':
      return <DeleteSessionDialog session={open.session} />
    case 'empty-trash':
      return <EmptyTrashDialog />
    case 'new-folder':
      return <NewFolderDialog />
    case 'large-files':
      return <LargeFiles />
    case 'keys':
      return (
        <Modal title="Keyboard" className="sheet" onClose={closeDialog}>
          <dl class="sheet-keys">
            {keySheet.map(({ id, keys, does }) => (
              <div key={id}>
                <dt>{shownKeys(keys)}</dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <div class="acts-end">
            <button type="button" class="btn" onClick={closeDialog}>
              Close
            </button>
          </div>
        </Modal>
      )
  }
}

function PurgeDialog({ rows }: { rows: readonly FileRow[] }) {
  const [first] = rows
  return (
    <Modal
      title={
        rows.length === 1
          ? `Delete “${first?.name}” for good?`
          : `Delete ${counted(rows.length, 'file')} for good?`
      }
      onClose={closeDialog}
    >
      <p class="small soft">Nobody can bring it back.</p>
      <DialogButtons cancel="Keep">
        <button
          type="button"
          class="btn danger"
          onClick={() => {
            closeDialog()
            void purge(rows)
          }}
        >
          Delete for good
        </button>
      </DialogButtons>
    </Modal>
  )
}
