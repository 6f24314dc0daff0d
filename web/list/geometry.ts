export type Layout = 'list' | 'tiles'

export interface Geometry {
  columns: number
  /** Of one line: a row of the list, or the tiles side by side. */
  lineHeight: number
  tileWidth: number
}

const rowHeights = { wide: 44, narrow: 60 }
const gap = 20
const narrowGap = 12
const leastTile = 220
const leastNarrowTile = 150
/** The name and the line below it. */
const captionHeight = 58

/** Where rows and tiles are. All of them have one height, so that the place of each is known before it is loaded. */
export function geometryOf(layout: Layout, width: number, isNarrow: boolean): Geometry {
  if (layout === 'list') {
    const lineHeight = isNarrow ? rowHeights.narrow : rowHeights.wide
    return { columns: 1, lineHeight, tileWidth: width }
  }
  const space = isNarrow ? narrowGap : gap
  const least = isNarrow ? leastNarrowTile : leastTile
  const columns = Math.max(1, Math.floor((width - space) / (least + space)))
  const tileWidth = Math.floor((width - space) / columns) - space
  const lineHeight = Math.round(tileWidth * 0.75) + captionHeight + space
  return { columns, lineHeight, tileWidth }
}

/** The distances of an entry from the start and from the top. */
export function placeOf(
  index: number,
  { columns, lineHeight, tileWidth }: Geometry,
  isNarrow: boolean,
): { start: number; top: number } {
  const space = isNarrow ? narrowGap : gap
  const start = columns === 1 ? 0 : space + (index % columns) * (tileWidth + space)
  return { start, top: Math.floor(index / columns) * lineHeight }
}
