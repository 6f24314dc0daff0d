import { Refusal } from '../refusals.ts'
import { boxesOf, type Box } from './boxes.ts'

export interface Item {
  type: string
  /** Offset of its type in the file. */
  typeAt: number
  /** The ranges of its bytes in the file. */
  extents: [start: number, end: number][]
}

const versionAndFlags = 4
const maxItems = 65_536

/** Reads the items of a picture's `meta` (ISO/IEC 14496-12 §8.11): types from `iinf`, ranges from `iloc`. */
export function itemsOf(file: Buffer, meta: Box): Item[] {
  const boxes = [...boxesOf(file, meta.content + versionAndFlags, meta.end)]
  const box = (type: string) => boxes.find((it) => it.type === type)
  const [names, locations, data] = [box('iinf'), box('iloc'), box('idat')]
  if (!names || !locations) return []
  try {
    const extents = extentsOf(new Fields(file, locations), data?.content ?? 0)
    return namedItems(file, names).map(({ id, type, typeAt }) => {
      return { type, typeAt, extents: extents.get(id) ?? [] }
    })
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal('damaged', error)
    throw error
  }
}

/** Reads `infe` boxes of versions 2 and 3. Earlier versions have no types. */
function namedItems(file: Buffer, names: Box): { id: number; type: string; typeAt: number }[] {
  const isLong = file[names.content] !== 0
  const first = names.content + versionAndFlags + (isLong ? 4 : 2)
  return [...boxesOf(file, first, names.end)].flatMap(({ content }) => {
    const version = file[content] ?? 0
    if (version < 2) return []
    const idBytes = version === 2 ? 2 : 4
    const id = file.readUIntBE(content + versionAndFlags, idBytes)
    const typeAt = content + versionAndFlags + idBytes + 2
    return [{ id, typeAt, type: file.toString('latin1', typeAt, typeAt + 4) }]
  })
}

/** Reads the extents of each item (§8.11.3). Omits items that are derived from other items. */
function extentsOf(fields: Fields, dataStart: number): Map<number, [number, number][]> {
  const version = fields.next(1)
  fields.next(3)
  const sizes = fields.next(2)
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexBytes = version === 0 ? 0 : sizes & 15
  const items = fields.next(version < 2 ? 2 : 4)
  if (items > maxItems) throw new Refusal('crash')
  const found = new Map<number, [number, number][]>()
  for (let item = 0; item < items; item += 1) {
    const id = fields.next(version < 2 ? 2 : 4)
    const method = version === 0 ? 0 : fields.next(2) & 15
    fields.next(2)
    const base = fields.next(baseBytes) + (method === 1 ? dataStart : 0)
    const count = fields.next(2)
    const extents: [number, number][] = []
    for (let extent = 0; extent < count; extent += 1) {
      fields.next(indexBytes)
      const start = base + fields.next(offsetBytes)
      const length = fields.next(lengthBytes)
      extents.push([start, length === 0 ? start : start + length])
    }
    if (method < 2) found.set(id, extents)
  }
  return found
}

/** Reads consecutive numbers of a box. Throws `RangeError` beyond its end. */
class Fields {
  readonly #bytes: Buffer
  #at = 0

  constructor(file: Buffer, { content, end }: Box) {
    this.#bytes = file.subarray(content, end)
  }

  next(bytes: number): number {
    if (bytes === 0) return 0
    const at = this.#at
    this.#at += bytes
    return bytes === 8 ? Number(this.#bytes.readBigUInt64BE(at)) : this.#bytes.readUIntBE(at, bytes)
  }
}
