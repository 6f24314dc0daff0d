import type { ReadAt } from '../formats/read-at.ts'

/** Random access to a file. */
export interface RandomAccessFile {
  sizeBytes: number
  read: ReadAt
}
