import { useState } from 'preact/hooks'
import type { FileView } from '../../shared/client/coffer.ts'
import { Icon } from '../parts/icon.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { coffer } from '../state/client.ts'
import { count } from '../words/format.ts'
import { entered, shownValue, type Entry } from './metadata-entries.ts'

interface Props {
  file: FileView
  /** Called with the record after a change. */
  onChange: (file: FileView) => void
  canEdit: boolean
}

/** Names and values that programs have given the file: a closed list, because it may be long. */
export function Metadata({ file, onChange, canEdit }: Props) {
  const [draft, setDraft] = useState<Entry[]>()
  const entries = Object.entries(file.metadata)
  if (entries.length === 0 && !canEdit) return null
  return (
    <details class="metadata">
      <summary>Metadata{entries.length > 0 && ` (${count(entries.length)})`}</summary>
      {draft ? (
        <Editor
          file={file}
          draft={draft}
          onDraft={setDraft}
          onDone={(changed) => {
            setDraft(undefined)
            if (changed) onChange(changed)
          }}
        />
      ) : (
        <>
          <dl class="facts">
            {entries.map(([name, value]) => (
              <>
                <dt class="cut">
                  <bdi>{name}</bdi>
                </dt>
                <dd>
                  <bdi class="any">{shownValue(value)}</bdi>
                </dd>
              </>
            ))}
          </dl>
          {canEdit && (
            <button
              type="button"
              class="btn small-btn"
              onClick={() =>
                setDraft(entries.map(([name, value]) => ({ name, text: shownValue(value) })))
              }
            >
              Edit
            </button>
          )}
        </>
      )}
    </details>
  )
}

interface EditorProps {
  file: FileView
  draft: readonly Entry[]
  onDraft: (draft: Entry[]) => void
  onDone: (changed?: FileView) => void
}

/** A refusal of the service stays beside what was typed. */
function Editor({ file, draft, onDraft, onDone }: EditorProps) {
  const [base] = useState(file.metadata)
  const [error, setError] = useState<unknown>()
  const save = async () => {
    try {
      const { metadata: present } = await coffer.get(file.id)
      if (JSON.stringify(present) !== JSON.stringify(base)) {
        throw new Error('Somebody else has changed the metadata. Cancel, and edit the new values.')
      }
      onDone(await coffer.update(file.id, { metadata: entered(draft, base) }))
    } catch (failure) {
      setError(failure)
    }
  }
  const change = (index: number, changes: Partial<Entry>) =>
    onDraft(draft.map((entry, at) => (at === index ? Object.assign({}, entry, changes) : entry)))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {draft.map(({ name, text }, index) => (
        <div key={index} class="pair-field">
          <input
            value={name}
            dir="auto"
            aria-label="Name"
            autocomplete="off"
            onInput={({ currentTarget: { value } }) => change(index, { name: value })}
          />
          <input
            value={text}
            dir="auto"
            aria-label={`Value of ${name}`}
            autocomplete="off"
            onInput={({ currentTarget: { value } }) => change(index, { text: value })}
          />
          <button
            type="button"
            class="x"
            aria-label={`Remove ${name}`}
            onClick={() => onDraft(draft.toSpliced(index, 1))}
          >
            <Icon name="close" className="i14" />
          </button>
        </div>
      ))}
      <Refusal error={error} />
      <div class="acts-end">
        <button
          type="button"
          class="btn quiet start"
          onClick={() => onDraft([...draft, { name: '', text: '' }])}
        >
          <Icon name="plus" className="i16" />
          Add
        </button>
        <button type="button" class="btn quiet" onClick={() => onDone()}>
          Cancel
        </button>
        <button type="submit" class="btn solid">
          Save
        </button>
      </div>
    </form>
  )
}
