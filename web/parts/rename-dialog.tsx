import { useEffect, useRef, useState } from 'preact/hooks'
import { rename } from '../state/actions.ts'
import { closeDialog } from '../state/overlays.ts'
import type { Row } from '../state/rows.ts'
import { DialogButtons } from './dialog-buttons.tsx'
import { Modal } from './modal.tsx'
import { Refusal } from './refusal.tsx'

/** Asks for a new name. A refusal of the service stays in the dialog, with the name that was typed. */
export function RenameDialog({ row }: { row: Row }) {
  const input = useRef<HTMLInputElement>(null)
  const [name, setName] = useState(row.name)
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    const dot = row.kind === 'file' ? row.name.lastIndexOf('.') : -1
    input.current?.focus()
    input.current?.setSelectionRange(0, dot > 0 ? dot : row.name.length)
  }, [])
  const submit = async () => {
    if (name === row.name) return closeDialog()
    setBusy(true)
    try {
      await rename(row, name)
      closeDialog()
    } catch (refusal) {
      setError(refusal)
      setBusy(false)
    }
  }
  return (
    <Modal
      title={`Rename ${row.kind === 'folder' ? 'the folder' : 'the file'}`}
      onClose={closeDialog}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <label class="field">
          Name
          <input
            ref={input}
            value={name}
            dir="auto"
            autocomplete="off"
            onInput={(event) => setName(event.currentTarget.value)}
            aria-invalid={error !== undefined}
          />
        </label>
        <Refusal error={error} />
        <DialogButtons>
          <button type="submit" class="btn solid" disabled={isBusy || name.trim() === ''}>
            Rename
          </button>
        </DialogButtons>
      </form>
    </Modal>
  )
}
