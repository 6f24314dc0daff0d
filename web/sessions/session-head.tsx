import { useEffect, useState } from 'preact/hooks'
import type { Page } from '../../shared/client/coffer.ts'
import { coffer } from '../state/client.ts'
import { dialog } from '../state/overlays.ts'
import { listing } from '../state/view.ts'
import { instant } from '../words/format.ts'

/** Above the files of a session: when the agent wrote last, and the button that deletes all of them. */
export function SessionHead({ session }: { session: string }) {
  const [newest, setNewest] = useState<string>()
  const rows = listing.value.rows.value
  useEffect(() => {
    const stop = new AbortController()
    const query = { session, fields: 'createdAt', limit: 1, signal: stop.signal }
    coffer.request<Page>('GET /files', query).then(
      ({ files: [file] }) => setNewest(file?.createdAt),
      () => undefined,
    )
    return () => stop.abort()
  }, [session, rows])
  return (
    <p class="small soft line">
      {newest === undefined ? (
        'A session of an agent.'
      ) : (
        <span>
          Newest file: <time dateTime={newest}>{instant(newest)}</time>
        </span>
      )}
      <button
        type="button"
        class="btn quiet small-btn danger"
        onClick={() => (dialog.value = { kind: 'delete-session', session })}
      >
        Delete the session’s files…
      </button>
    </p>
  )
}
