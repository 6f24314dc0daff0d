import { useEffect, useState } from 'preact/hooks'
import { CofferError, type FileView } from '../../shared/client/coffer.ts'
import { Icon } from '../parts/icon.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { RowPicture } from '../preview/row-picture.tsx'
import { restore } from '../state/actions.ts'
import { copyText } from '../state/clipboard.ts'
import { download, openInTab } from '../state/download.ts'
import { coffer } from '../state/client.ts'
import { previewed, showsDetails } from '../state/overlays.ts'
import type { FileRow } from '../state/rows.ts'
import { Facts } from './facts.tsx'
import { Metadata } from './metadata.tsx'
import { ShareLink } from './share-link.tsx'
import { VerdictBox } from './verdict-box.tsx'
import { Versions } from './versions.tsx'

/** What is known of the file that has the focus. */
export function Details({ row }: { row: FileRow }) {
  const [file, setFile] = useState<FileView>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const stop = new AbortController()
    setError(undefined)
    coffer.get(row.key, { signal: stop.signal }).then(setFile, (failure: unknown) => {
      // A file in the trash is refused with its record.
      if (failure instanceof CofferError && failure.file) setFile(failure.file)
      else if (!stop.signal.aborted) setError(failure)
    })
    return () => stop.abort()
  }, [row.key, row.file.state, row.path, row.file.deletedAt])
  const known = file?.id === row.key ? file : undefined
  const isServed = row.file.state === 'ready' && row.file.deletedAt === null
  return (
    <aside class="info" aria-label="Details">
      <header>
        <h2 class="cut">
          <bdi>{row.name}</bdi>
        </h2>
        {isServed && (
          <button
            type="button"
            class="btn quiet icon"
            aria-label="Full screen"
            onClick={() => (previewed.value = row.key)}
          >
            <Icon name="expand" className="i16" />
          </button>
        )}
        <button
          type="button"
          class="btn quiet icon"
          aria-label="Close details"
          onClick={() => (showsDetails.value = false)}
        >
          <Icon name="close" />
        </button>
      </header>
      <div class="body">
        <RowPicture
          row={row}
          width={400}
          label={`Picture of ${row.name}`}
          className="stage"
          plainClass="stage"
          iconClass="huge"
        />
        {isServed && (
          <div class="acts">
            <button type="button" class="btn" onClick={() => void openInTab(row)}>
              <Icon name="open" className="i16" />
              Open
            </button>
            <button type="button" class="btn" onClick={() => void download([row])}>
              <Icon name="download" className="i16" />
              Download
            </button>
          </div>
        )}
        {row.file.deletedAt !== null && (
          <div class="acts one">
            <button type="button" class="btn" onClick={() => void restore([row])}>
              <Icon name="restore" className="i16" />
              Restore
            </button>
          </div>
        )}
        <VerdictBox file={row.file} />
        {known && <Facts file={known} copy={(text, message) => void copyText(text, message)} />}
        {known && <Metadata key={row.key} file={known} onChange={setFile} canEdit={isServed} />}
        <Refusal error={error} />
        {isServed && <ShareLink key={row.key} id={row.key} />}
        {isServed && <Versions key={`${row.key} ${row.path}`} id={row.key} />}
      </div>
    </aside>
  )
}
