import { Icon } from '../parts/icon.tsx'
import type { Order } from '../state/rows.ts'
import { resetSelection, selectAll, selected } from '../state/selection.ts'
import { listing } from '../state/view.ts'

/** The heads of the columns. Those that can sort are buttons: only in lists that are loaded to the end. */
export function GridHead() {
  const list = listing.value
  const rows = list.rows.value
  const isAll = rows.length > 0 && selected.value.size === rows.length
  const toggleAll = () => (isAll ? resetSelection() : selectAll(rows))
  return (
    <div role="rowgroup" class="heads">
      <div class="row th" role="row" aria-rowindex={1}>
        <span role="columnheader" class="pick">
          <input
            class="tick"
            type="checkbox"
            checked={isAll}
            data-mixed={selected.value.size > 0 && !isAll ? '' : undefined}
            aria-label="Select all"
            onClick={toggleAll}
          />
        </span>
        <span role="columnheader" class="kind">
          <span class="vh">Kind</span>
        </span>
        <Head by="name" label="Name" className="name" />
        <Head by="size" label="Size" className="r" />
        <Head by="added" label={list.route.view === 'trash' ? 'Deleted' : 'Added'} className="d" />
        <span role="columnheader" class="v">
          Scan
        </span>
        <span role="columnheader">
          <span class="vh">Actions</span>
        </span>
      </div>
    </div>
  )
}

function Head({ by, label, className }: { by: Order['by']; label: string; className: string }) {
  const list = listing.value
  const order = list.order.value
  if (!list.canSort.value)
    return (
      <span role="columnheader" class={className}>
        {label}
      </span>
    )
  const isSorted = order.by === by
  const direction = order.descending ? 'descending' : 'ascending'
  const descending = isSorted ? !order.descending : by !== 'name'
  return (
    <span role="columnheader" class={className} aria-sort={isSorted ? direction : 'none'}>
      <button
        type="button"
        class={`sort${isSorted ? ' on' : ''}`}
        onClick={() => (list.order.value = { by, descending })}
      >
        {label}
        {isSorted && <Icon name={order.descending ? 'arrowDown' : 'arrowUp'} className="i14" />}
      </button>
    </span>
  )
}
