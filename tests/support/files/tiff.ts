type Entry = [tag: number, type: 'short' | 'long' | 'text', value: number | string]

const types = { text: 2, short: 3, long: 4 }

/** Makes a little-endian TIFF of grey pages of 2 × 2 pixels with additional entries. `pointer` entries refer to a directory by its index. */
export function tiffOf(
  pages: { entries: Entry[]; isLinked?: boolean; pointers?: [tag: number, page: number][] }[],
): Buffer {
  const pixels = Buffer.from([10, 20, 30, 40])
  const parts: Buffer[] = [Buffer.from('II*\0\0\0\0\0', 'latin1'), pixels]
  const sizes = pages.map(
    ({ entries, pointers = [] }) => 2 + 12 * (entries.length + pointers.length) + 4,
  )
  const starts = sizes.map(
    (_, index) => 12 + sizes.slice(0, index).reduce((sum, size) => sum + size, 0),
  )
  let textAt = 12 + sizes.reduce((sum, size) => sum + size, 0)
  const texts: Buffer[] = []
  pages.forEach(({ entries, pointers = [] }, index) => {
    const all: Entry[] = [
      ...entries,
      ...pointers.map(([tag, page]): Entry => [tag, 'long', starts[page] ?? 0]),
    ].toSorted(([a], [b]) => a - b)
    const directory = Buffer.alloc(sizes[index] ?? 0)
    directory.writeUInt16LE(all.length, 0)
    all.forEach(([tag, type, value], row) => {
      const at = 2 + 12 * row
      directory.writeUInt16LE(tag, at)
      directory.writeUInt16LE(types[type], at + 2)
      directory.writeUInt32LE(typeof value === 'string' ? value.length : 1, at + 4)
      if (typeof value === 'number') {
        directory.writeUInt32LE(value, at + 8)
        return
      }
      directory.writeUInt32LE(textAt, at + 8)
      texts.push(Buffer.from(value, 'latin1'))
      textAt += value.length
    })
    const next = pages.findIndex((page, later) => later > index && page.isLinked !== false)
    directory.writeUInt32LE(
      next < 0 || pages[index]?.isLinked === false ? 0 : (starts[next] ?? 0),
      directory.length - 4,
    )
    parts.push(directory)
  })
  const file = Buffer.concat([...parts, ...texts])
  file.writeUInt32LE(starts[0] ?? 0, 4)
  return file
}

/** The required entries of a page of `tiffOf`. */
export const greyPage = (photometric = 1): Entry[] => [
  ...([
    [256, 'short', 2],
    [257, 'short', 2],
    [258, 'short', 8],
    [259, 'short', 1],
  ] as Entry[]),
  ...([
    [262, 'short', photometric],
    [273, 'long', 8],
    [277, 'short', 1],
  ] as Entry[]),
  ...([
    [278, 'short', 2],
    [279, 'long', 4],
  ] as Entry[]),
]
