import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const megabyte = 1_000_000

/** The amount of each measurement in one run. */
export interface Plan {
  /** Measured rounds, after one warm-up round. */
  rounds: number
  /** Rounds of peak memory. Each starts new processes, and the results vary little. */
  memoryRounds: number
  fileBytes: number
  parallelUploads: number
  parallelBytes: number
  largeBytes: number
  smallRequests: number
  /** The time of one measurement of small reads. */
  readSeconds: number
  /** Files in the catalog, ascending. The last is compared with the first. */
  listedFiles: number[]
  otherWorkspaces: number
  /** Files of a small and of a large folder. */
  folderFiles: [number, number]
  /** Rounds of operations on folders. One takes a minute. */
  folderRounds: number
  pagesPerRound: number
  scannedBytes: number
  /** Changes of each of four processes to one workspace. */
  contendedUploads: number
}

export const fullPlan: Plan = {
  rounds: 5,
  memoryRounds: 2,
  fileBytes: 200 * megabyte,
  parallelUploads: 20,
  parallelBytes: 100 * megabyte,
  largeBytes: 2000 * megabyte,
  smallRequests: 1000,
  readSeconds: 2,
  listedFiles: [1000, 1_000_000],
  otherWorkspaces: 10_000,
  folderFiles: [1000, 10_000],
  folderRounds: 2,
  pagesPerRound: 100,
  scannedBytes: 100 * megabyte,
  contendedUploads: 12,
}

/** A smoke test of half a minute. Its ratios are not meaningful. */
export const quickPlan: Plan = {
  rounds: 2,
  memoryRounds: 1,
  fileBytes: 50 * megabyte,
  parallelUploads: 3,
  parallelBytes: 20 * megabyte,
  largeBytes: 100 * megabyte,
  smallRequests: 100,
  readSeconds: 1,
  listedFiles: [1000, 20_000],
  otherWorkspaces: 100,
  folderFiles: [100, 1000],
  folderRounds: 1,
  pagesPerRound: 10,
  scannedBytes: 10 * megabyte,
  contendedUploads: 3,
}

/** A new temporary directory. Removed with its content on disposal. */
export async function scratchDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'coffer-bench-'))
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
