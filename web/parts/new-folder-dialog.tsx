import { useState } from 'preact/hooks'
import { closeDialog } from '../state/overlays.ts'
import { currentFolder, go } from '../state/route.ts'
import { DialogButtons } from './dialog-buttons.tsx'
import { Modal } from './modal.tsx'

/** Opens a folder that has no file yet. The service has folders only as parts of the paths of files. */
export function NewFolderDialog() {
  const [name, setName] = useState('')
  const names = name.split('/').flatMap((part) => part.trim() || [])
  const open = () => {
    const folder = currentFolder.value + names.map((part) => `${part}/`).join('')
    closeDialog()
    go({ view: 'files', folder })
  }
  return (
    <Modal title="New folder" onClose={closeDialog}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          if (names.length > 0) open()
        }}
      >
        <label class="field">
          Name
          <input
            value={name}
            dir="auto"
            autocomplete="off"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <p class="small soft">The folder appears in the list when it has a file.</p>
        <DialogButtons>
          <button type="submit" class="btn solid" disabled={names.length === 0}>
            Open
          </button>
        </DialogButtons>
      </form>
    </Modal>
  )
}
