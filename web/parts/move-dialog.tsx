import { useEffect, useState } from 'preact/hooks'
import { copyTo, move } from '../state/actions.ts'
import { coffer } from '../state/client.ts'
import { closeDialog } from '../state/overlays.ts'
import { currentFolder, nameOf, parentOf } from '../state/route.ts'
import type { Row } from '../state/rows.ts'
import { counted } from '../words/format.ts'
import { Icon } from './icon.tsx'
import { DialogButtons } from './dialog-buttons.tsx'
import { Modal } from './modal.tsx'
import { Refusal } from './refusal.tsx'

const modes = { move: { word: 'Move', act: move }, copy: { word: 'Copy', act: copyTo } }

/** Asks for a folder: one of those that exist, or a new one. */
export function MoveDialog({ kind, rows }: { kind: 'move' | 'copy'; rows: readonly Row[] }) {
  const { word, act } = modes[kind]
  const [folder, setFolder] = useState(currentFolder.value)
  const [inside, setInside] = useState<string[]>([])
  const [name, setName] = useState('')
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const stop = new AbortController()
    setInside([])
    coffer.folders({ prefix: folder, limit: 200, signal: stop.signal }).then(
      ({ folders }) => setInside(folders.map(({ path }) => path)),
      (failure: unknown) => !stop.signal.aborted && setError(failure),
    )
    return () => stop.abort()
  }, [folder])
  const moved = new Set(rows.filter(({ kind }) => kind === 'folder').map(({ path }) => path))
  const added = name
    .split('/')
    .filter((part) => part.trim() !== '')
    .join('/')
  const target = added === '' ? folder : `${folder}${added}/`
  return (
    <Modal
      title={`${word} ${rows.length === 1 ? `“${rows[0]?.name}”` : counted(rows.length, 'item')}`}
      onClose={closeDialog}
    >
      <div class="picker">
        {folder !== '/' && (
          <button type="button" onClick={() => setFolder(parentOf(folder))}>
            <Icon name="folderUp" />
            {nameOf(parentOf(folder)) || 'Files'}
          </button>
        )}
        {inside
          .filter((path) => !moved.has(path))
          .map((path) => (
            <button key={path} type="button" onClick={() => setFolder(path)}>
              <Icon name="folder" />
              <bdi class="cut">{nameOf(path)}</bdi>
              <Icon name="chevronRight" className="i14 end" />
            </button>
          ))}
      </div>
      <label class="field">
        New folder here
        <input
          value={name}
          dir="auto"
          autocomplete="off"
          placeholder="optional"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <Refusal error={error} />
      <DialogButtons>
        <button
          type="button"
          class="btn solid"
          disabled={rows.length === 0}
          onClick={() => {
            closeDialog()
            void act(rows, target)
          }}
        >
          {word} to <bdi class="cut">{nameOf(target) || 'Files'}</bdi>
        </button>
      </DialogButtons>
    </Modal>
  )
}
