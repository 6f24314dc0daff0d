import { getCompileCacheDir } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModelPicture, NormalizeOptions } from '../../ports/renderer.ts'
import { processLimits } from './bounds.ts'
import { runLimited } from '../programs/limited-process.ts'
import { isReason, Refusal, type Reason } from './refusals.ts'

/** A job of a decoder process for a file of its directory. */
export interface ImageJob extends NormalizeOptions {
  task: 'draw' | 'draw-svg' | 'draw-thumbnail' | 'normalize'
  source: string
  target: string
  /** For the tasks that draw. */
  width?: number
  forModel?: ModelPicture | undefined
}

export type ImageOutcome = { outcome: 'done' } | { outcome: 'refused'; reason: Reason }

/** The program next to this file, compiled or not. */
const program = fileURLToPath(
  new URL(`./image-process${extname(import.meta.url)}`, import.meta.url),
)

const outputBytes = 4096

/**
 * Decodes and encodes an image in a new process, so that it shares no memory with images of other users. Throws a `Refusal` if the
 * process fails, an `Error` if a file cannot be read or written.
 */
export async function runImageJob(
  job: ImageJob,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<void> {
  // The cache halves the start of the process, by 60 ms of CPU time.
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
      return readOutcome(ended.code, ended.output.toString(), ended.errors)
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

function readOutcome(code: number, output: string, errors: string): void {
  if (code !== 0) {
    const cause = new Error(`The decoder ended with ${code}: ${errors}`)
    // Errors of the disk are not caused by the image.
    if (/\b(?:ENOSPC|EDQUOT|EIO|EROFS|EMFILE|ENFILE)\b/.test(errors)) throw cause
    throw new Refusal('crash', cause)
  }
  const { outcome, reason } = JSON.parse(output) as { outcome?: unknown; reason?: unknown }
  if (outcome === 'done') return
  throw new Refusal(isReason(reason) ? reason : 'crash')
}
