import { join } from 'node:path'
import type { ModelPicture, NormalizeOptions } from '../../ports/renderer.ts'
import type { ProcessEnd } from '../../ports/programs.ts'
import { type LimitedProcess, untilEnd } from '../programs/limited-process.ts'
import type { Decoders } from './decoders.ts'
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

/**
 * Decodes and encodes an image in a process that has no other job, so that it shares no memory with images of other users. Throws a
 * `Refusal` if the process fails, an `Error` if a file cannot be read or written.
 */
export async function runImageJob(
  decoders: Decoders,
  job: ImageJob,
  where: { directory: string; signal: AbortSignal },
): Promise<void> {
  const { decoder, hasWaited } = decoders.take()
  const ended = await run(decoder, job, where).finally(() => decoders.prepare())
  // The system may have ended a process that waited. It did not necessarily begin the job.
  const isLost = ended.how === 'signal' && hasWaited
  readEnd(isLost ? await run(decoders.start(), job, where) : ended)
}

function run(
  decoder: LimitedProcess,
  job: ImageJob,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<ProcessEnd> {
  const [source, target] = [join(directory, job.source), join(directory, job.target)]
  decoder.write(`${JSON.stringify({ ...job, source, target })}\n`)
  return untilEnd(decoder, signal)
}

function readEnd(ended: ProcessEnd): void {
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
