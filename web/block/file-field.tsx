import { useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import type { Picked } from './draft.ts'
import { FilePicker } from './file-picker.tsx'

interface Props {
  label: string
  accept: string | undefined
  isMany: boolean
  files: readonly Picked[]
  onChange: (change: (files: readonly Picked[]) => readonly Picked[]) => void
  describedBy: string
}

/** Files of the workspace as chips, and a button that picks one. */
export function FileField({ label, accept, isMany, files, onChange, describedBy }: Props) {
  const [isPicking, setPicking] = useState(false)
  return (
    <div class="picked-files">
      {files.map((file, index) => (
        <span key={`${file.reference} ${index}`} class="chip">
          <Icon name="file" className="i14" />
          <bdi class="cut">{file.name}</bdi>
          <button
            type="button"
            class="x"
            aria-label={`Remove ${file.name}`}
            onClick={() => onChange((before) => before.filter((_, at) => at !== index))}
          >
            <Icon name="close" className="i14" />
          </button>
        </span>
      ))}
      {(isMany || files.length === 0) && (
        <button
          type="button"
          class="btn"
          aria-label={`Pick a file for ${label}`}
          aria-describedby={describedBy}
          onClick={() => setPicking(true)}
        >
          <Icon name="folder" className="i16" />
          Pick a file
        </button>
      )}
      {isPicking && (
        <FilePicker
          label={label}
          accept={accept}
          isMany={isMany}
          onPick={({ key, name }) =>
            onChange((before) => [
              ...(isMany ? before : []),
              { reference: `workspace://${key}`, name },
            ])
          }
          onClose={() => setPicking(false)}
        />
      )}
    </div>
  )
}
