import { useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { RecentRuns } from './recent-runs.tsx'
import { client } from './sheet.ts'
import { useLoaded } from './use-loaded.ts'

const pageLimit = 100

/** The blocks of the service, and a search over them. */
export function BlockList() {
  const [text, setText] = useState('')
  const [limit, setLimit] = useState(1)
  const q = text.trim()
  const { value, error } = useLoaded((signal) => readPages(q, limit, signal), [q, limit])
  return (
    <>
      <div class="head">
        <h1>Blocks</h1>
        <p class="small soft">Steps of work on files. Open one, fill in its form and run it.</p>
        <div class="search" role="search">
          <Icon name="search" className="i16" />
          <input
            id="search"
            type="search"
            placeholder="Search blocks"
            aria-label="Search blocks"
            autocomplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
      </div>
      <div class="block-body">
        <Refusal error={error} />
        {value?.blocks.length === 0 && <p role="status">No block has these words.</p>}
        <ul class="block-list">
          {value?.blocks.map(({ id, name, description }) => (
            <li key={id}>
              <a href={`#/blocks/${id}`}>
                <span class="strong">{name}</span>
                <span class="small soft">{description}</span>
              </a>
            </li>
          ))}
        </ul>
        {value?.hasMore && (
          <button type="button" class="btn" onClick={() => setLimit(limit + 1)}>
            More
          </button>
        )}
        <RecentRuns />
      </div>
    </>
  )
}

async function readPages(q: string, pages: number, signal: AbortSignal) {
  const query = { ...(q !== '' && { q }), limit: pageLimit, signal }
  let page = await client.list(query)
  const blocks = [...page.blocks]
  for (let read = 1; read < pages && page.nextCursor !== undefined; read += 1) {
    page = await client.list({ ...query, cursor: page.nextCursor })
    blocks.push(...page.blocks)
  }
  return { blocks, hasMore: page.hasMore }
}
