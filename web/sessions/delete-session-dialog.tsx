import { useEffect, useState } from 'preact/hooks'
import { DialogButtons } from '../parts/dialog-buttons.tsx'
import { Modal } from '../parts/modal.tsx'
import { coffer } from '../state/client.ts'
import { closeDialog } from '../state/overlays.ts'
import { counted, quoted } from '../words/format.ts'
import { deleteSession } from './delete-session.ts'

/** Says how many files a session has, before they go to the trash. */
export function DeleteSessionDialog({ session }: { session: string }) {
  const [files, setFiles] = useState<string>()
  useEffect(() => {
    const stop = new AbortController()
    const query = { session, total: true, limit: 1, signal: stop.signal }
    coffer.list(query).then(
      ({ total = 0, totalIsMinimum }) =>
        setFiles(`${totalIsMinimum ? 'At least ' : ''}${counted(total, 'file')}`),
      () => undefined,
    )
    return () => stop.abort()
  }, [session])
  return (
    <Modal title={`Delete the files of session ${quoted(session)}?`} onClose={closeDialog}>
      <p class="small soft" role="status">
        {files ?? 'All files'} of the session will be in the trash.
      </p>
      <DialogButtons cancel="Keep">
        <button
          type="button"
          class="btn danger"
          onClick={() => {
            closeDialog()
            void deleteSession(session)
          }}
        >
          Delete the session’s files
        </button>
      </DialogButtons>
    </Modal>
  )
}
