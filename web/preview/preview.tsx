import { useComputed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { focusGrid } from '../list/grid-focus.ts'
import { download, openInTab } from '../state/download.ts'
import { previewed } from '../state/overlays.ts'
import { isBlocked, type FileRow } from '../state/rows.ts'
import { focusRow, listing } from '../state/view.ts'
import { size } from '../words/format.ts'
import { hasPicture } from '../words/kinds.ts'
import { Content } from './content.tsx'
import { loadAhead } from './pictures.ts'

const close = () => (previewed.value = undefined)
const forward = () => (document.documentElement.dir === 'rtl' ? -1 : 1)

/** The file over the whole page. The arrows go to the files before and after it. */
export function Preview() {
  const files = useComputed(() =>
    listing.value.rows.value.filter(
      (row): row is FileRow => row.kind === 'file' && !isBlocked(row),
    ),
  )
  const key = previewed.value
  if (key === undefined) return null
  const index = files.value.findIndex((row) => row.key === key)
  const row = files.value[index]
  return row ? <OpenPreview row={row} index={index} files={files.value} /> : null
}

function OpenPreview({ row, index, files }: { row: FileRow; index: number; files: FileRow[] }) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    element.current?.showModal()
    return focusGrid
  }, [])
  const following = files[index + 1]
  useEffect(() => {
    if (following && hasPicture(following.file.mimeType)) loadAhead(following.key)
  }, [following?.key])
  const step = (by: number) => {
    const next = files[index + by]
    if (!next) return
    focusRow(next)
    previewed.value = next.key
  }
  return (
    <dialog
      ref={element}
      class="preview"
      aria-label={`Preview of ${row.name}`}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onKeyDown={(event) => {
        if ((event.target as Element).matches('video, audio')) return
        if (event.key === 'ArrowRight') step(forward())
        else if (event.key === 'ArrowLeft') step(-forward())
        else return
        event.preventDefault()
      }}
    >
      <header>
        <button type="button" class="btn quiet icon" aria-label="Close the preview" onClick={close}>
          <Icon name="close" />
        </button>
        <div class="t">
          <h2 class="cut">
            <bdi>{row.name}</bdi>
          </h2>
          <p class="tiny num">
            {index + 1} of {files.length} · <bdi>{size(row.file.sizeBytes)}</bdi>
          </p>
        </div>
        <button
          type="button"
          class="btn quiet icon"
          aria-label="Open in a new tab"
          onClick={() => void openInTab(row)}
        >
          <Icon name="open" className="i16" />
        </button>
        <button
          type="button"
          class="btn quiet icon"
          aria-label="Download"
          onClick={() => void download([row])}
        >
          <Icon name="download" className="i16" />
        </button>
      </header>
      <div class="body">
        <Content key={row.key} row={row} />
      </div>
      <button
        type="button"
        class="turn before"
        aria-label="Previous file"
        disabled={index === 0}
        onClick={() => step(-1)}
      >
        <Icon name="chevronLeft" />
      </button>
      <button
        type="button"
        class="turn after"
        aria-label="Next file"
        disabled={index === files.length - 1}
        onClick={() => step(1)}
      >
        <Icon name="chevronRight" />
      </button>
    </dialog>
  )
}
