const sectorBytes = 512
const miniBytes = 64
const miniCutoffBytes = 4096
const endOfChain = 0xfffffffe
const fatSector = 0xfffffffd
const free = 0xffffffff

/** Streams by name. A nested object is a storage. */
export interface Storage {
  [name: string]: Buffer | Storage
}

interface Layout {
  /** The number of free sectors before the directory, at most 12,000. */
  gapSectors?: number
  rootClsid?: string
}

interface Entry {
  name: string
  kind: 1 | 2 | 5
  bytes?: Buffer
  children: number[]
  start: number
}

/** Makes a compound file of version 3 (MS-CFB) with sectors of 512 bytes and small streams in the mini stream. */
export function compoundFile(root: Storage, { gapSectors = 0, rootClsid = '' }: Layout = {}) {
  const entries: Entry[] = [{ name: 'Root Entry', kind: 5, children: [], start: endOfChain }]
  addChildren(entries, 0, root)

  const sectors: Buffer[] = []
  const fat: number[] = []
  for (let count = 0; count < gapSectors; count += 1) {
    sectors.push(Buffer.alloc(sectorBytes, 0x20))
    fat.push(free)
  }
  const chain = (bytes: Buffer): number => {
    if (bytes.length === 0) return endOfChain
    const start = sectors.length
    for (let at = 0; at < bytes.length; at += sectorBytes) {
      const sector = Buffer.alloc(sectorBytes)
      bytes.copy(sector, 0, at, at + sectorBytes)
      sectors.push(sector)
      fat.push(at + sectorBytes < bytes.length ? sectors.length : endOfChain)
    }
    return start
  }

  const mini: Buffer[] = []
  const miniFat: number[] = []
  for (const entry of entries) {
    const { bytes } = entry
    if (!bytes || bytes.length === 0) continue
    if (bytes.length >= miniCutoffBytes) {
      entry.start = chain(bytes)
      continue
    }
    entry.start = mini.length
    for (let at = 0; at < bytes.length; at += miniBytes) {
      const sector = Buffer.alloc(miniBytes)
      bytes.copy(sector, 0, at, at + miniBytes)
      mini.push(sector)
      miniFat.push(at + miniBytes < bytes.length ? mini.length : endOfChain)
    }
  }
  const [rootEntry] = entries
  const miniStream = Buffer.concat(mini)
  if (rootEntry) Object.assign(rootEntry, { bytes: miniStream, start: chain(miniStream) })
  const miniFatStart = chain(numbers(miniFat))
  const directory = entries.map((entry, index) => directoryEntry(entry, entries, index, rootClsid))
  const directoryStart = chain(Buffer.concat(directory))

  let fatSectors = 1
  while (fatSectors * 128 < sectors.length + fatSectors) fatSectors += 1
  const fatStart = sectors.length
  for (let count = 0; count < fatSectors; count += 1) fat.push(fatSector)
  const fatBytes = Buffer.alloc(fatSectors * sectorBytes, 0xff)
  numbers(fat).copy(fatBytes)

  const header = Buffer.alloc(sectorBytes, 0xff)
  header.fill(0, 0, 76)
  header.write('d0cf11e0a1b11ae1', 'hex')
  for (const [at, value] of [
    [24, 0x3e],
    [26, 3],
    [28, 0xfffe],
    [30, 9],
    [32, 6],
  ] as const)
    header.writeUInt16LE(value, at)
  for (const [at, value] of [
    [44, fatSectors],
    [48, directoryStart],
    [56, miniCutoffBytes],
    [60, miniFatStart],
    [64, Math.ceil(miniFat.length / 128)],
    [68, endOfChain],
  ] as const)
    header.writeUInt32LE(value, at)
  for (let index = 0; index < fatSectors; index += 1)
    header.writeUInt32LE(fatStart + index, 76 + index * 4)
  return Buffer.concat([header, ...sectors, fatBytes])
}

function addChildren(entries: Entry[], parent: number, storage: Storage): void {
  for (const [name, content] of Object.entries(storage)) {
    const index = entries.length
    const isStream = Buffer.isBuffer(content)
    entries.push({
      name,
      kind: isStream ? 2 : 1,
      ...(isStream && { bytes: content }),
      children: [],
      start: isStream ? endOfChain : 0,
    })
    entries[parent]?.children.push(index)
    if (!isStream) addChildren(entries, index, content)
  }
}

/** Links siblings to the right only, which is a valid but degenerate tree. */
function directoryEntry(entry: Entry, all: Entry[], index: number, clsid: string): Buffer {
  const bytes = Buffer.alloc(128)
  const siblings = all.find(({ children }) => children.includes(index))?.children ?? []
  const next = siblings[siblings.indexOf(index) + 1] ?? free
  bytes.write(entry.name, 'utf16le')
  bytes.writeUInt16LE((entry.name.length + 1) * 2, 64)
  bytes.writeUInt8(entry.kind, 66)
  bytes.writeUInt8(1, 67)
  bytes.writeUInt32LE(free, 68)
  bytes.writeUInt32LE(index === 0 ? free : next, 72)
  bytes.writeUInt32LE(entry.children[0] ?? free, 76)
  if (index === 0) bytes.write(clsid, 80, 'hex')
  bytes.writeUInt32LE(entry.start, 116)
  bytes.writeUInt32LE(entry.bytes?.length ?? 0, 120)
  return bytes
}

function numbers(values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4))
  return bytes
}
