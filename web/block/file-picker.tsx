import { useEffect, useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { Modal } from '../parts/modal.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { lastFolder, nameOf, parentOf, type Route } from '../state/route.ts'
import { isBlocked, type FileRow, type Row } from '../state/rows.ts'
import { queriesOf, readPage, type Place } from '../state/source.ts'
import { size } from '../words/format.ts'

interface Props {
  label: string
  /** As in `<input accept>`, types only. */
  accept: string | undefined
  /** The dialog stays open after a file is picked. */
  isMany: boolean
  onPick: (row: FileRow) => void
  onClose: () => void
}

/** Picks files of the workspace: folders and their files, or a search over all names. */
export function FilePicker({ label, accept, isMany, onPick, onClose }: Props) {
  const [folder, setFolder] = useState(lastFolder.value)
  const [text, setText] = useState('')
  const [picked, setPicked] = useState<readonly string[]>([])
  const [rows, setRows] = useState<readonly Row[]>([])
  const [next, setNext] = useState<Place>()
  const [error, setError] = useState<unknown>()
  const sought = text.trim()
  const route: Route = sought === '' ? { view: 'files', folder } : { view: 'search', text: sought }
  const read = async (place: Place, signal: AbortSignal) => {
    try {
      const page = await readPage(queriesOf(route), place, signal)
      setRows((before) => (place.cursor === undefined ? page.rows : [...before, ...page.rows]))
      setNext(page.next)
      setError(undefined)
    } catch (failure) {
      if (!signal.aborted) setError(failure)
    }
  }
  useEffect(() => {
    const stop = new AbortController()
    setRows([])
    setNext(undefined)
    void read({ query: 0 }, stop.signal)
    return () => stop.abort()
  }, [folder, sought])
  const pick = (row: FileRow) => {
    onPick(row)
    setPicked([...picked, row.key])
    if (!isMany) onClose()
  }
  return (
    <Modal title={`Pick a file for “${label}”`} className="files" onClose={onClose}>
      <input
        type="search"
        aria-label="Search files"
        placeholder="Search all files"
        autocomplete="off"
        dir="auto"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        // The dialog stands in the form of the block, which Enter would send.
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      />
      <div class="picker">
        {sought === '' && folder !== '/' && (
          <button type="button" onClick={() => setFolder(parentOf(folder))}>
            <Icon name="folderUp" />
            {nameOf(parentOf(folder)) || 'Files'}
          </button>
        )}
        {rows.map((row) =>
          row.kind === 'folder' ? (
            <button key={row.key} type="button" onClick={() => setFolder(row.path)}>
              <Icon name="folder" />
              <bdi class="cut">{row.name}</bdi>
              <Icon name="chevronRight" className="i14 end" />
            </button>
          ) : (
            <button
              key={row.key}
              type="button"
              disabled={isBlocked(row) || !accepts(accept, row.file.mimeType)}
              title={row.path}
              onClick={() => pick(row)}
            >
              <Icon name={picked.includes(row.key) ? 'check' : 'file'} />
              <bdi class="cut">{row.name}</bdi>
              <span class="tiny faint num end">{size(row.file.sizeBytes)}</span>
            </button>
          ),
        )}
        {next && (
          <button type="button" onClick={() => void read(next, new AbortController().signal)}>
            More
          </button>
        )}
      </div>
      <p class="tiny faint" role="status">
        {accept === undefined ? 'Files that are scanned and clean.' : `Clean files of: ${accept}`}
        {picked.length > 0 && ` ${picked.length} picked.`}
      </p>
      <Refusal error={error} />
      <div class="acts-end">
        <button type="button" class="btn" onClick={onClose}>
          {isMany ? 'Done' : 'Cancel'}
        </button>
      </div>
    </Modal>
  )
}

function accepts(accept: string | undefined, type: string): boolean {
  if (accept === undefined) return true
  const [main] = type.split('/')
  return accept
    .split(',')
    .map((each) => each.trim())
    .some((each) => each === type || each === `${main}/*` || each === '*/*')
}
