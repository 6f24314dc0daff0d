import { programBeside, type ExecutionContext } from '../../shared/blocks/sdk.ts'
import { runProgram } from '../run-program.ts'
import type { SharpJob } from './sharp-process.ts'

/** Runs a job of sharp in its own process. Resolves to its result. Throws `BlockExecutionError` for an image that it cannot decode. */
export async function runSharp(context: ExecutionContext, job: SharpJob): Promise<unknown> {
  return runProgram(context, programBeside(import.meta.url, 'sharp-process'), job, {
    failure: 'This image cannot be decoded: it is damaged, too large or in an unknown format.',
  })
}
