import { useEffect, useRef, useState } from 'preact/hooks'
import { rename } from '../state/actions.ts'
import { dialog } from '../state/overlays.ts'
import type { Row } from '../state/rows.ts'
import { wordsOf } from '../words/errors.ts'
import { Modal } from './modal.tsx'

const close = () => (dialog.value = undefined)

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
    if (name === row.name) return close()
    setBusy(true)
    try {
      await rename(row, name)
      close()
    } catch (refusal) {
      setError(refusal)
      setBusy(false)
    }
  }
  return (
    <Modal title={`Rename ${row.kind === 'folder' ? 'the folder' : 'the file'}`} onClose={close}>
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
        {error !== undefined && (
          <p class="small wrong" role="alert">
            {wordsOf(error).detail}
          </p>
        )}
        <div class="acts-end">
          <button type="button" class="btn quiet" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="btn solid" disabled={isBusy || name.trim() === ''}>
            Rename
          </button>
        </div>
      </form>
    </Modal>
  )
}
