import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { layout } from '../state/layout.ts'
import { activeIndex, activeKey, listing } from '../state/view.ts'
import { geometryOf, placeOf } from './geometry.ts'
import { backKey, rowElement } from './grid-focus.ts'
import { GridHead } from './grid-head.tsx'
import { handleKey } from './keys.ts'
import { hold, pick } from './picking.ts'
import { openRow } from './row-actions.ts'
import { GridRow } from './row.tsx'
import { Tile } from './tile.tsx'
import { useBox } from './use-box.ts'
import { rowsInSight, scrollTo } from './window.ts'

/** Lines that come into sight without another rendering. */
const stepLines = 4
const placeholderRows = 6

/** The arrow that leads from the actions of a row back to it. */
function backToRow({ key, target }: KeyboardEvent): void {
  if (key === backKey() && target instanceof Element)
    target.closest<HTMLElement>('[role=row]')?.focus()
}

/** The rows or tiles of the view. Only those in sight are in the document, and the one that has the focus. */
export function Grid({ label }: { label: string }) {
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const { width, height, isNarrow } = useBox(box)
  const list = listing.value
  const rows = list.rows.value
  const count = list.count.value || (list.isLoading.value ? placeholderRows : 0)
  const geometry = geometryOf(layout.value, width, isNarrow)
  const { columns, lineHeight: rowHeight } = geometry
  const lines = Math.ceil(count / columns)
  const sight = rowsInSight({
    top,
    height: height + stepLines * rowHeight,
    rowHeight,
    count: lines,
  })
  const first = sight.first * columns
  const last = Math.min(count, sight.last * columns)
  const active = activeIndex.value
  const noteTop = (exact: number) => {
    const step = stepLines * rowHeight
    setTop(Math.floor(exact / step) * step)
  }

  useEffect(() => list.want(last), [list, last])
  useLayoutEffect(() => {
    const start = activeKey.value
      ? scrollTo(Math.floor(active / columns), { top: 0, height, rowHeight })
      : 0
    if (box.current) box.current.scrollTop = start
    noteTop(start)
  }, [list, layout.value])
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
    element.scrollTop = scrollTo(Math.floor(index / columns), {
      top: element.scrollTop,
      height,
      rowHeight,
    })
    noteTop(element.scrollTop)
  }
  const EntryView = layout.value === 'tiles' ? Tile : GridRow
  const entryAt = (index: number) => (
    <EntryView
      key={rows[index]?.key ?? index}
      index={index}
      place={placeOf(index, geometry, isNarrow)}
      width={geometry.tileWidth}
      row={rows[index]}
      isActive={index === active}
      onPick={(event) => {
        pick(event, index, isNarrow)
        reveal(index)
      }}
      onOpen={openRow}
      onHold={(element) => hold(element, index, isNarrow)}
    />
  )
  const shown = Array.from({ length: last - first }, (_, offset) => entryAt(first + offset))
  if (count > 0 && (active < first || active >= last)) shown.push(entryAt(active))

  return (
    <div
      class={`grid ${layout.value} of-${list.route.view}`}
      role="grid"
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={count + 1}
      aria-busy={list.isLoading.value}
    >
      {layout.value === 'list' && <GridHead />}
      <div
        ref={box}
        class="rows"
        role="rowgroup"
        tabIndex={-1}
        onFocusIn={() => (hadFocus.current = true)}
        onFocusOut={({ relatedTarget }) => relatedTarget && (hadFocus.current = false)}
        onScroll={(event) => noteTop(event.currentTarget.scrollTop)}
        onKeyDown={(event) => {
          const pageRows = columns * Math.max(1, Math.floor(height / rowHeight) - 1)
          const isOnRow =
            event.target === box.current || (event.target as Element).matches('[role=row]')
          if (!isOnRow) return backToRow(event)
          const grid = { pageRows, columns, reveal, element: () => rowElement(activeIndex.value) }
          if (handleKey(event, grid)) event.preventDefault()
        }}
      >
        <div class="canvas" role="presentation" style={{ height: `${lines * rowHeight}px` }}>
          {shown}
        </div>
      </div>
    </div>
  )
}
