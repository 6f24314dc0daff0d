import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { send } from './client.ts'
import { requestRate } from './request-rate.ts'

const run = promisify(execFile)

interface Load {
  connections: number
  /** The time of a run of wrk. */
  seconds: number
  /** The number of requests of a run without wrk. */
  requests: number
}

export interface Answered {
  /** Answers a second. */
  rate: number
  answers: number
}

/**
 * Repeats a GET request over several connections: with wrk where it is installed, which takes less of the processor, and with
 * requests of this process otherwise. Throws if an answer fails.
 */
export async function readLoad(load: Load): Promise<(url: string) => Promise<Answered>> {
  if (await hasWrk()) return (url) => wrk(url, load)
  return async (url) => ({
    rate: await requestRate(load, () => send({ method: 'GET', url })),
    answers: load.requests,
  })
}

export function hasWrk(): Promise<boolean> {
  return run('wrk', ['--version']).then(
    () => true,
    // `wrk --version` ends with exit code 1.
    (error: unknown) => error instanceof Error && 'code' in error && error.code !== 'ENOENT',
  )
}

async function wrk(url: string, { connections, seconds }: Load): Promise<Answered> {
  const { stdout } = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, url])
  const rate = /^Requests\/sec:\s+([\d.]+)$/m.exec(stdout)?.[1]
  const answers = /^\s+(\d+) requests in /m.exec(stdout)?.[1]
  if (rate === undefined || answers === undefined || /Non-2xx|Socket errors/.test(stdout)) {
    throw new Error(`${url}: ${stdout}`)
  }
  return { rate: Number(rate), answers: Number(answers) }
}
