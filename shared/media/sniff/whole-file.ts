import type { ReadAt } from '../formats/read-at.ts'

/** Random access to a file. */
export interface WholeFile {
  sizeBytes: number
  read: ReadAt
}
