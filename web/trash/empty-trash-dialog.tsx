import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { Modal } from '../parts/modal.tsx'
import { counts } from '../state/counts.ts'
import { closeDialog } from '../state/overlays.ts'
import { emptyTrash } from './empty-trash.ts'

/** Asks with the number of the files that nobody could bring back. */
export function EmptyTrashDialog() {
  const { trash } = counts.value
  const files = trash === '1' ? '1 file' : `${trash} files`
  return (
    <Modal title={`Delete ${files} for good?`} onClose={closeDialog}>
      <p class="small soft">Nobody can bring them back, nor earlier versions of other files.</p>
      <DialogButtons cancel="Keep">
        <button
          type="button"
          class="btn danger"
          onClick={() => {
            closeDialog()
            void emptyTrash()
          }}
        >
          Empty the trash
        </button>
      </DialogButtons>
    </Modal>
  )
}
