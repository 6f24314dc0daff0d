export interface Box {
  type: string
  start: number
  /** Offset of its content. */
  content: number
  end: number
}

/** Yields consecutive boxes (ISO/IEC 14496-12 §4.2). A truncated box ends with its parent. */
export function* boxesOf(file: Buffer, first: number, end: number): Generator<Box> {
  for (let start = first; start + 8 <= end;) {
    const short = file.readUInt32BE(start)
    const isLarge = short === 1 && start + 16 <= end
    const size = isLarge ? Number(file.readBigUInt64BE(start + 8)) : short
    const content = start + (isLarge ? 16 : 8)
    // Size 0 means up to the end of the file.
    const last = size === 0 ? end : Math.min(start + size, end)
    if (last < content) return
    yield { type: file.toString('latin1', start + 4, start + 8), start, content, end: last }
    start = last
  }
}
