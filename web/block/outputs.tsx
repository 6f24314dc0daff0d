import { h } from 'preact'
import { CofferFile, clientOf } from '../file/index.ts'
import { coffer } from '../state/client.ts'
import { count } from '../words/format.ts'
import type { Schema } from './schema.ts'
import type { Output } from './sheet.ts'

CofferFile.client = clientOf(coffer)

const isReference = /^workspace:\/\/\S+$/

/** The outputs of a run in their order, under the titles of the block. */
export function Outputs({ outputs, schema }: { outputs: readonly Output[]; schema: Schema }) {
  return (
    <dl class="outputs">
      {outputs.map(({ name, value }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- Outputs are only added at the end.
        <div key={index}>
          <dt class="small soft">{schema.properties?.[name]?.title ?? name}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Value({ value }: { value: unknown }) {
  if (typeof value === 'number') return <span class="num">{count(value)}</span>
  if (typeof value === 'string') {
    if (isReference.test(value)) return h('coffer-file', { src: value })
    return (
      <pre class="any" dir="auto">
        {value}
      </pre>
    )
  }
  if (Array.isArray(value) && value.some((each) => isReference.test(String(each)))) {
    // oxlint-disable-next-line react/no-array-index-key -- The values of an output do not change.
    return value.map((each: unknown, index) => <Value key={index} value={each} />)
  }
  return <pre class="any">{JSON.stringify(value, undefined, 1)}</pre>
}
