import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

const patienceMs = 30_000

interface Started {
  /** What the expression captures of the line that tells that the program is ready. */
  found: string
  end: () => Promise<void>
}

/** Starts a program, and waits for a line of its standard error output that matches. */
export async function startProgram(
  program: string,
  args: string[],
  ready: RegExp,
): Promise<Started> {
  const { child, end } = spawnGroup(program, args)
  const started = Promise.withResolvers<string>()
  let log = ''
  createInterface(child.stderr).on('line', (line) => {
    log = `${log}${line}\n`.slice(-5000)
    const found = ready.exec(line)?.[1]
    if (found !== undefined) started.resolve(found)
  })
  child.on('error', started.reject)
  child.on('exit', () => started.reject(new Error(`${program} has ended:\n${log}`)))
  const deadline = setTimeout(
    () => started.reject(new Error(`${program} was not ready in time:\n${log}`)),
    patienceMs,
  )
  try {
    return { found: await started.promise, end }
  } catch (error) {
    await end()
    throw error
  } finally {
    clearTimeout(deadline)
  }
}

/** Starts a program. `end` also ends the processes that it has started. */
export function spawnGroup(program: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  return { child, end: () => endGroup(child) }
}

async function endGroup(child: ChildProcessByStdio<null, null, Readable>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await ended
}
