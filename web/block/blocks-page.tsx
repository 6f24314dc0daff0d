import { BlockList } from './block-list.tsx'
import { BlockView } from './block-view.tsx'
import { shownBlock } from './place.ts'

/** The view of blocks: a separate script. */
export function BlocksPage() {
  const id = shownBlock.value
  return <main class="main">{id ? <BlockView key={id} id={id} /> : <BlockList />}</main>
}
