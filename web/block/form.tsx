import { useState } from 'preact/hooks'
import { Control } from './control.tsx'
import { emptyDraft, inputOf, type NotJson } from './draft.ts'
import { refusalsOf } from './refusals.ts'
import { boundsOf, type Field } from './schema.ts'
import type { Sheet } from './sheet.ts'

/** The form of a block. What was typed stays, whatever the service answers. */
export function Form({ fields, sheet }: { fields: readonly Field[]; sheet: Sheet }) {
  const [wrong, setWrong] = useState<readonly NotJson[]>([])
  const run = sheet.run.value
  const isRunning = run?.state === 'running'
  const refusals = refusalsOf(fields, wrong, { error: sheet.error.value, detail: run?.detail })
  const plain = fields.filter(({ schema }) => !schema.advanced)
  const advanced = fields.filter(({ schema }) => schema.advanced)
  const line = (field: Field) => (
    <FieldLine key={field.name} field={field} sheet={sheet} wrong={refusals.at.get(field.name)} />
  )
  const submit = () => {
    const { input, wrong } = inputOf(fields, sheet.drafts.value)
    setWrong(wrong)
    if (wrong.length === 0) void sheet.start(input)
  }
  return (
    <form
      class="block-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!isRunning) submit()
      }}
    >
      {plain.map(line)}
      {advanced.length > 0 && (
        <details open={advanced.some(({ name }) => refusals.at.has(name)) || undefined}>
          <summary>Advanced</summary>
          <div class="block-form">{advanced.map(line)}</div>
        </details>
      )}
      {refusals.rest !== undefined && (
        <p class="small wrong any" role="alert">
          {refusals.rest}
        </p>
      )}
      <div class="line">
        <button type="submit" class="btn solid" disabled={isRunning}>
          Run
        </button>
        {isRunning && (
          <button type="button" class="btn" onClick={() => void sheet.cancel()}>
            Cancel
          </button>
        )}
      </div>
    </form>
  )
}

interface LineProps {
  field: Field
  sheet: Sheet
  wrong: string | undefined
}

function FieldLine({ field, sheet, wrong }: LineProps) {
  const { name, label, schema, isRequired } = field
  const id = `about-${name}`
  const drafts = sheet.drafts.value
  const about = [schema.description, boundsOf(schema)].filter((text) => text !== undefined)
  return (
    <div class="field">
      <span>
        {label}
        {isRequired && <span class="faint"> · required</span>}
      </span>
      <Control
        label={label}
        schema={schema}
        draft={name in drafts ? drafts[name] : emptyDraft(schema)}
        isRequired={isRequired}
        isWrong={wrong !== undefined}
        describedBy={id}
        onChange={(change) => {
          const before = sheet.drafts.value
          const draft = change(name in before ? before[name] : emptyDraft(schema))
          sheet.drafts.value = { ...before, [name]: draft }
        }}
      />
      <div id={id} class="tiny">
        {about.length > 0 && <p class="faint">{about.join(' · ')}</p>}
        {wrong !== undefined && (
          <p class="wrong any" role="alert">
            {wrong}
          </p>
        )}
      </div>
    </div>
  )
}
