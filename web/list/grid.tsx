import { batch } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { menu } from '../state/overlays.ts'
import { extendTo, selected, selectOnly, toggle } from '../state/selection.ts'
import { activeIndex, activeKey, focusRow, listing } from '../state/view.ts'
import { rowElement } from './grid-focus.ts'
import { GridHead } from './grid-head.tsx'
import { handleKey } from './keys.ts'
import { actionsOf, openRow } from './row-actions.ts'
import { GridRow } from './row.tsx'
import { rowsInSight, scrollTo } from './window.ts'

const rowHeights = { wide: 44, narrow: 60 }
const narrow = matchMedia('(max-width: 700px)')

/** The rows of the view. Only those in sight are in the document, and the row that has the focus. */
export function Grid({ label }: { label: string }) {
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(600)
  const [isNarrow, setNarrow] = useState(narrow.matches)
  const list = listing.value
  const rows = list.rows.value
  const count = list.count.value
  const rowHeight = isNarrow ? rowHeights.narrow : rowHeights.wide
  const { first, last } = rowsInSight({ top, height, rowHeight, count })
  const active = activeIndex.value

  useEffect(() => {
    const resized = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 600))
    if (box.current) resized.observe(box.current)
    const change = () => setNarrow(narrow.matches)
    narrow.addEventListener('change', change)
    return () => {
      resized.disconnect()
      narrow.removeEventListener('change', change)
    }
  }, [])
  useEffect(() => list.want(last), [list, last])
  useLayoutEffect(() => {
    const start = activeKey.value ? scrollTo(active, { top: 0, height, rowHeight }) : 0
    if (box.current) box.current.scrollTop = start
    setTop(start)
  }, [list])
  // A row that had the focus may have gone with its view, or to the trash.
  const hadFocus = useRef(false)
  useLayoutEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) {
      box.current?.focus({ preventScroll: true })
    }
  })
  // The grid has the focus for the moment in which rows come and go. Then it gives it to the active row.
  useLayoutEffect(() => {
    if (document.activeElement === box.current) rowElement(active)?.focus({ preventScroll: true })
  })

  const reveal = (index: number) => {
    const element = box.current
    if (!element) return
    element.focus({ preventScroll: true })
    element.scrollTop = scrollTo(index, { top: element.scrollTop, height, rowHeight })
    setTop(element.scrollTop)
  }
  const pick = (event: MouseEvent, index: number) => {
    const onTick = event.target instanceof HTMLInputElement
    const row = rows[index]
    // A finger opens a row, and selects further ones after the first was held.
    if (isNarrow && row && selected.value.size === 0) return openRow(row)
    batch(() => {
      focusRow(rows[index])
      if (event.shiftKey) extendTo(rows, index)
      else if (onTick || isNarrow || event.ctrlKey || event.metaKey) toggle(rows, index)
      else selectOnly(rows, index)
    })
    reveal(index)
  }
  const hold = (opener: HTMLElement, index: number) => {
    const row = rows[index]
    if (!row) return
    if (isNarrow) toggle(rows, index)
    else menu.value = { label: `Actions for ${row.name}`, items: actionsOf(row), opener }
  }
  const rowAt = (index: number) => (
    <GridRow
      key={rows[index]?.key ?? index}
      index={index}
      top={index * rowHeight}
      row={rows[index]}
      isActive={index === active}
      onPick={pick}
      onOpen={openRow}
      onHold={hold}
    />
  )
  const shown = Array.from({ length: last - first }, (_, offset) => rowAt(first + offset))
  if (count > 0 && (active < first || active >= last)) shown.push(rowAt(active))

  return (
    <div
      class="grid"
      role="grid"
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={count + 1}
      aria-busy={list.isLoading.value}
    >
      <GridHead />
      <div
        ref={box}
        class="rows"
        role="rowgroup"
        tabIndex={-1}
        onFocusIn={() => (hadFocus.current = true)}
        onFocusOut={({ relatedTarget }) => relatedTarget && (hadFocus.current = false)}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        onKeyDown={(event) => {
          const pageRows = Math.max(1, Math.floor(height / rowHeight) - 1)
          const isOnRow =
            event.target === box.current || (event.target as Element).matches('[role=row]')
          if (!isOnRow) return
          const grid = { pageRows, reveal, element: () => rowElement(activeIndex.value) }
          if (handleKey(event, grid)) event.preventDefault()
        }}
      >
        <div class="canvas" role="presentation" style={{ height: `${count * rowHeight}px` }}>
          {shown}
        </div>
      </div>
    </div>
  )
}
