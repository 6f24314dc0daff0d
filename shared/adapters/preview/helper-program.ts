import { programLimits } from './bounds.ts'
import { runLimited } from './limited-process.ts'
import { programMissing, Refusal } from './refusals.ts'

export interface HelperRun {
  program: string
  args: readonly string[]
  /** What it decodes, in the words of a message. */
  what: string
  directory: string
  signal: AbortSignal
}

const outputBytes = 1024 * 1024

/** Runs poppler or ffmpeg on a file; resolves to what it printed. Throws a `Refusal`, or a `WorkspaceError` where it is not installed. */
export async function runHelper({ what, ...run }: HelperRun): Promise<string> {
  const ended = await runLimited({ ...run, limits: programLimits, maxOutputBytes: outputBytes })
  switch (ended.how) {
    case 'exit': {
      if (ended.code === 0) return ended.output.toString()
      const cause = new Error(`${run.program} ended with ${ended.code}: ${ended.errors}`)
      throw new Refusal(/incorrect password/i.test(ended.errors) ? 'encrypted' : 'damaged', cause)
    }
    case 'missing':
      throw programMissing(run.program, what)
    case 'signal':
      throw new Refusal('crash', new Error(`${run.program} was ended by ${ended.signal}`))
    case 'output':
      throw new Refusal('crash')
    case 'time':
    case 'memory':
      throw new Refusal(ended.how)
  }
}
