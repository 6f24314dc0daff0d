export interface Span {
  first: number
  /** Exclusive. */
  last: number
}

/** Which rows of a fixed height are in the document: those in sight, and `over` more on both sides. */
export function rowsInSight(
  {
    top,
    height,
    rowHeight,
    count,
  }: { top: number; height: number; rowHeight: number; count: number },
  over = 12,
): Span {
  const first = Math.max(0, Math.min(count, Math.floor(top / rowHeight)) - over)
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + over)
  return { first: Math.min(first, last), last }
}

/** Where to scroll so that a row is in sight. */
export function scrollTo(
  index: number,
  { top, height, rowHeight }: { top: number; height: number; rowHeight: number },
): number {
  const start = index * rowHeight
  if (start < top) return start
  return start + rowHeight > top + height ? start + rowHeight - height : top
}
