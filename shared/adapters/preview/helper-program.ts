import { programLimits } from './bounds.ts'
import { runLimited } from '../programs/limited-process.ts'
import { programMissing, Refusal } from './refusals.ts'

interface HelperRun {
  program: string
  args: readonly string[]
  /** The format that the program decodes, for error messages. */
  format: string
  directory: string
  signal: AbortSignal
}

const outputBytes = 1024 * 1024

/** Runs poppler or ffmpeg on a file and resolves to its output. Throws a `Refusal`, or a `WorkspaceError` if it is not installed. */
export async function runHelper({ format, ...run }: HelperRun): Promise<string> {
  const ended = await runLimited({ ...run, limits: programLimits, maxOutputBytes: outputBytes })
  switch (ended.how) {
    case 'exit': {
      if (ended.code === 0) return ended.output.toString()
      const cause = new Error(`${run.program} ended with ${ended.code}: ${ended.errors}`)
      throw new Refusal(/incorrect password/i.test(ended.errors) ? 'encrypted' : 'damaged', cause)
    }
    case 'missing':
      throw programMissing(run.program, format)
    case 'signal':
      throw new Refusal('crash', new Error(`${run.program} was ended by ${ended.signal}`))
    case 'output':
      throw new Refusal('crash')
    case 'time':
    case 'memory':
      throw new Refusal(ended.how)
  }
}
