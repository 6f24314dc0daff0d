import { useEffect, useState } from 'preact/hooks'
import type { Page } from '../../shared/client/coffer.ts'
import { Modal } from '../parts/modal.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { remove } from '../state/actions.ts'
import { coffer } from '../state/client.ts'
import { closeDialog } from '../state/overlays.ts'
import { fileRow, listedFields, type FileRow } from '../state/rows.ts'
import { usage } from '../state/usage.ts'
import { size } from '../words/format.ts'

const shown = 20
const pageLimit = 1000

/** The largest files of the workspace, to make room for an upload. */
export function LargeFiles() {
  const [files, setFiles] = useState<FileRow[]>([])
  const [isReading, setReading] = useState(true)
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const stop = new AbortController()
    readLargest(stop.signal, setFiles)
      .catch((failure: unknown) => !stop.signal.aborted && setError(failure))
      .finally(() => setReading(false))
    return () => stop.abort()
  }, [])
  const { usedBytes = 0, limitBytes = 0 } = usage.value ?? {}
  return (
    <Modal title="Large files" className="sheet" onClose={closeDialog}>
      <p class="small soft" role="status">
        {size(usedBytes)} of {size(limitBytes)} are used. The trash does not count.
        {isReading && ' Looking for large files…'}
      </p>
      <Refusal error={error} />
      <ul class="picker">
        {files.map((row) => (
          <li key={row.key} class="large">
            <bdi class="cut" title={row.path}>
              {row.path}
            </bdi>
            <span class="tiny faint num">{size(row.file.sizeBytes)}</span>
            <button
              type="button"
              class="btn small-btn"
              aria-label={`Delete ${row.name}`}
              onClick={() => {
                setFiles(files.filter(({ key }) => key !== row.key))
                void remove([row])
              }}
            >
              Delete
            </button>
          </li>
        ))}
      </ul>
      <div class="acts-end">
        <button type="button" class="btn" onClick={closeDialog}>
          Close
        </button>
      </div>
    </Modal>
  )
}

/** Reads all records, and keeps the largest. */
async function readLargest(signal: AbortSignal, show: (rows: FileRow[]) => void): Promise<void> {
  let largest: FileRow[] = []
  let cursor: string | undefined
  do {
    const query = { state: 'ready', fields: listedFields, limit: pageLimit, cursor, signal }
    const page = await coffer.request<Page>('GET /files', query)
    largest = [...largest, ...page.files.map(fileRow)]
      .sort((a, b) => b.file.sizeBytes - a.file.sizeBytes)
      .slice(0, shown)
    show(largest)
    cursor = page.nextCursor
  } while (cursor !== undefined)
}
