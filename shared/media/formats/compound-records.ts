/** A storage or a stream of a compound file (MS-CFB §2.6.1). */
export interface CompoundEntry {
  name: string
  kind: 'root' | 'storage' | 'stream'
  /** The names of the storages that contain it, outermost first; undefined for an entry outside the tree. */
  parents: string[] | undefined
  /** 32 hexadecimal digits, in the byte order of the file; zeros if no program registered a class. */
  clsid: string
  sizeBytes: number
  startSector: number
}

export interface CompoundHeader {
  sectorShift: number
  miniSectorShift: number
  directoryStart: number
  miniCutoffBytes: number
  miniFatStart: number
  difatStart: number
  difat: number[]
}

interface CompoundNode {
  entry: CompoundEntry
  left: number
  right: number
  child: number
}

const signature = Buffer.from('d0cf11e0a1b11ae1', 'hex')
export const headerBytes = 512
export const entryBytes = 128
/** Larger numbers have special meanings such as free sector or end of chain (§2.1). */
export const maxRegularSector = 0xfffffffa
const kinds: Record<number, CompoundEntry['kind']> = { 1: 'storage', 2: 'stream', 5: 'root' }
const maxDepth = 32

export function isCompoundFile(head: Uint8Array): boolean {
  return signature.equals(head.subarray(0, signature.length))
}

/** Parses a header (MS-CFB §2.2). Returns undefined for other files and for sector sizes that no reader accepts. */
export function parseHeader(bytes: Buffer): CompoundHeader | undefined {
  if (bytes.length < headerBytes || !isCompoundFile(bytes)) return undefined
  const sectorShift = bytes.readUInt16LE(30)
  const miniSectorShift = bytes.readUInt16LE(32)
  if (sectorShift < 7 || sectorShift > 16 || miniSectorShift >= sectorShift) return undefined
  return {
    sectorShift,
    miniSectorShift,
    directoryStart: bytes.readUInt32LE(48),
    miniCutoffBytes: bytes.readUInt32LE(56),
    miniFatStart: bytes.readUInt32LE(60),
    difatStart: bytes.readUInt32LE(68),
    difat: Array.from({ length: 109 }, (_, index) => bytes.readUInt32LE(76 + index * 4)),
  }
}

/** Parses a directory entry (MS-CFB §2.6.1). Returns undefined for an unused one. Version 3 uses the low half of the size only. */
export function parseEntry(bytes: Buffer, isVersion3: boolean): CompoundNode | undefined {
  const kind = kinds[bytes.readUInt8(66)]
  if (!kind) return undefined
  const nameBytes = Math.min(64, bytes.readUInt16LE(64)) & ~1
  const entry: CompoundEntry = {
    name: bytes.toString('utf16le', 0, Math.max(0, nameBytes - 2)),
    kind,
    parents: undefined,
    clsid: bytes.toString('hex', 80, 96),
    sizeBytes: bytes.readUInt32LE(120) + (isVersion3 ? 0 : bytes.readUInt32LE(124) * 2 ** 32),
    startSector: bytes.readUInt32LE(116),
  }
  return {
    entry,
    left: bytes.readUInt32LE(68),
    right: bytes.readUInt32LE(72),
    child: bytes.readUInt32LE(76),
  }
}

/** Sets `parents` by traversing the trees of siblings from the root (§2.6.4). Visits each entry once, even in broken trees. */
export function assignParents(nodes: (CompoundNode | undefined)[]): void {
  const pending = [{ index: nodes[0]?.child ?? maxRegularSector, parents: [] as string[] }]
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { index, parents } = next
    const node = nodes[index]
    if (!node || node.entry.parents || node.entry.kind === 'root') continue
    node.entry.parents = parents
    pending.push({ index: node.left, parents }, { index: node.right, parents })
    if (node.entry.kind === 'storage' && parents.length < maxDepth)
      pending.push({ index: node.child, parents: [...parents, node.entry.name] })
  }
}
