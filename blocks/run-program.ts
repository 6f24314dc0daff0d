import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BlockExecutionError, type ExecutionContext } from '../shared/blocks/sdk.ts'

interface ProgramOptions {
  /** A sentence for the user if the program crashes. */
  failure: string
}

/**
 * Runs a program of Node: `program` is its path, its argument the path of a file with the job as JSON. Resolves to the JSON that it
 * prints. Throws `BlockExecutionError` with the `refusal` that it prints, or with `failure`.
 */
export async function runProgram(
  context: ExecutionContext,
  program: string,
  job: object,
  { failure }: ProgramOptions,
): Promise<unknown> {
  // One argument of a program can have 128 KiB, and a job can name 1,000 files.
  const path = await context.newPath('job', '.json')
  await writeFile(join(context.directory, path), JSON.stringify(job))
  const result: unknown = JSON.parse(await context.run('node', [program, path], { failure }))
  const { refusal } = Object(result) as { refusal?: unknown }
  if (typeof refusal === 'string') throw new BlockExecutionError(refusal)
  return result
}
