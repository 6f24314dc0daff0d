import { getCompileCacheDir } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NormalizeOptions } from '../../ports/renderer.ts'
import { processLimits } from './bounds.ts'
import { runLimited } from './limited-process.ts'
import { isReason, Refusal, type Reason } from './refusals.ts'

/** What a decoder process is asked to do with a file of its directory. */
export interface ImageJob extends NormalizeOptions {
  task: 'draw' | 'normalize'
  source: string
  target: string
  /** Of a drawing. */
  width?: number
}

export type ImageOutcome = { outcome: 'done' } | { outcome: 'refused'; reason: Reason }

/** Beside this file, compiled or not. */
const program = fileURLToPath(
  new URL(`./image-process${extname(import.meta.url)}`, import.meta.url),
)

const outputBytes = 4096

/**
 * Decodes and encodes an image in a process that ends with the job: no picture meets another user's. Throws a `Refusal` for
 * whatever ends the process; an `Error` where a file cannot be read or written.
 */
export async function runImageJob(
  job: ImageJob,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<void> {
  // Halves the start of the process: 60 ms of CPU.
  const cacheDirectory = getCompileCacheDir()
  const ended = await runLimited({
    program: process.execPath,
    args: [program, JSON.stringify(job)],
    directory,
    environment:
      cacheDirectory === undefined
        ? {}
        : { NODE_COMPILE_CACHE: cacheDirectory, NODE_COMPILE_CACHE_PORTABLE: '1' },
    limits: processLimits,
    maxOutputBytes: outputBytes,
    signal,
  })
  switch (ended.how) {
    case 'exit':
      return settle(ended.code, ended.output.toString(), ended.errors)
    case 'signal':
      throw new Refusal(
        'crash',
        new Error(`The decoder was ended by ${ended.signal}: ${ended.errors}`),
      )
    case 'missing':
      throw new Error(`${process.execPath} was not found`)
    case 'output':
      throw new Refusal('crash')
    case 'time':
    case 'memory':
      throw new Refusal(ended.how)
  }
}

function settle(code: number, output: string, errors: string): void {
  if (code !== 0) {
    const cause = new Error(`The decoder ended with ${code}: ${errors}`)
    // A full or failing disk is not the image's fault.
    if (/\b(?:ENOSPC|EDQUOT|EIO|EROFS|EMFILE|ENFILE)\b/.test(errors)) throw cause
    throw new Refusal('crash', cause)
  }
  const { outcome, reason } = JSON.parse(output) as { outcome?: unknown; reason?: unknown }
  if (outcome === 'done') return
  throw new Refusal(isReason(reason) ? reason : 'crash')
}
