import { Icon } from '../parts/icon.tsx'
import { emptyDraft, type Draft, type Picked } from './draft.ts'
import { FileField } from './file-field.tsx'
import { kindOf, type Schema } from './schema.ts'

export interface ControlProps {
  label: string
  schema: Schema
  draft: Draft
  isRequired: boolean
  isWrong: boolean
  /** The id of the texts below the control. */
  describedBy: string
  onChange: (change: (draft: Draft) => Draft) => void
}

const filesIn = (draft: Draft): readonly Picked[] =>
  [draft].flat().filter((each) => typeof each === 'object') as Picked[]

/** The control of one field. Its value is the text that was typed: the service checks it. */
export function Control(props: ControlProps) {
  const { label, schema, draft, isRequired, isWrong, describedBy, onChange } = props
  const kind = kindOf(schema)
  const { placeholder } = schema
  const common = {
    'aria-label': label,
    'aria-describedby': describedBy,
    'aria-invalid': isWrong,
    'aria-required': isRequired,
    value: typeof draft === 'string' ? draft : '',
    onInput: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      onChange(() => value)
    },
  }
  switch (kind) {
    case 'file':
      return (
        <FileField
          label={label}
          accept={schema.media?.accept}
          isMany={false}
          files={filesIn(draft)}
          describedBy={describedBy}
          onChange={(change) => onChange((before) => change(filesIn(before))[0])}
        />
      )
    case 'boolean':
      return (
        <input
          type="checkbox"
          class="tick"
          aria-label={label}
          aria-describedby={describedBy}
          checked={draft === true}
          onChange={(event) => {
            const { checked } = event.currentTarget
            onChange(() => checked)
          }}
        />
      )
    case 'choice':
      return (
        <select {...common}>
          {draft === '' && <option value="">Choose…</option>}
          {!isRequired && draft !== '' && schema.default === undefined && (
            <option value="">–</option>
          )}
          {schema.enum?.map((value) => (
            <option key={String(value)}>{String(value)}</option>
          ))}
        </select>
      )
    case 'number':
      return (
        <input
          {...common}
          placeholder={placeholder}
          inputMode={schema.type === 'integer' ? 'numeric' : 'decimal'}
          autocomplete="off"
        />
      )
    case 'list':
      return <List {...props} />
    case 'json':
      return (
        <textarea {...common} placeholder={placeholder} rows={4} spellcheck={false} class="mono" />
      )
    case 'text':
      if (schema.secret)
        return <input {...common} placeholder={placeholder} type="password" autocomplete="off" />
      return isLong(schema) ? (
        <textarea {...common} rows={4} dir="auto" />
      ) : (
        <input {...common} placeholder={placeholder} autocomplete="off" dir="auto" />
      )
  }
}

const lineLength = 400

/** Texts without a short limit may have several lines. */
const isLong = ({ maxLength = Infinity, format, placeholder, default: value }: Schema) =>
  maxLength > lineLength && format === undefined && placeholder === undefined && !value

const listOf = (draft: Draft) => (Array.isArray(draft) ? (draft as readonly Draft[]) : [])

/** Several values of one kind. Files are chips; everything else has a control for each value. */
function List({ label, schema, draft, onChange, ...rest }: ControlProps) {
  const items = schema.items ?? {}
  const drafts = listOf(draft)
  if (kindOf(items) === 'file') {
    return (
      <FileField
        label={label}
        accept={items.media?.accept}
        isMany
        files={filesIn(draft)}
        describedBy={rest.describedBy}
        onChange={(change) => onChange((before) => change(filesIn(before)))}
      />
    )
  }
  return (
    <div class="values">
      {drafts.map((item, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- The values of a list have no other name than their place.
        <div key={index} class="linked">
          <Control
            {...rest}
            label={`${label} ${index + 1}`}
            schema={items}
            draft={item}
            onChange={(change) =>
              onChange((before) =>
                listOf(before).map((each, at) => (at === index ? change(each) : each)),
              )
            }
          />
          <button
            type="button"
            class="x"
            aria-label={`Remove ${label} ${index + 1}`}
            onClick={() => onChange((before) => listOf(before).filter((_, at) => at !== index))}
          >
            <Icon name="close" className="i14" />
          </button>
        </div>
      ))}
      <button
        type="button"
        class="btn small-btn"
        aria-label={`Add to ${label}`}
        aria-describedby={rest.describedBy}
        onClick={() => onChange((before) => [...listOf(before), emptyDraft(items)])}
      >
        <Icon name="plus" className="i14" />
        Add
      </button>
    </div>
  )
}
