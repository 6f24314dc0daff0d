import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { compileCache } from '../../support/compile-cache.ts'
import type { Server } from '../support/target.ts'

const npmStart = fileURLToPath(new URL('../../../functions/local.ts', import.meta.url))
const startDeadlineMilliseconds = 30_000

/** The process of `npm start` with a temporary storage directory. `prepare` may fill it before the start. */
export async function startLocalServer(
  env: Record<string, string>,
  program = npmStart,
  prepare: (directory: string) => Promise<void> = async () => undefined,
): Promise<Server> {
  const storage = await mkdtemp(join(tmpdir(), 'coffer-e2e-'))
  await prepare(storage)
  const run = (port: string) =>
    spawnServer(program, { ...env, PORT: port, WORKSPACE_STORAGE_DIR: storage })
  const remove = () => rm(storage, { recursive: true, force: true })
  let running = await run('0').catch(async (error: unknown) => {
    await remove()
    throw error
  })
  const { port } = new URL(running.url)

  const restartAfter = async (signal: NodeJS.Signals) => {
    await end(running.child, signal)
    running = await run(port)
  }
  return {
    url: running.url,
    restart: () => restartAfter('SIGTERM'),
    kill: () => restartAfter('SIGKILL'),
    async [Symbol.asyncDispose]() {
      await end(running.child, 'SIGTERM')
      await remove()
    },
  }
}

interface Running {
  child: ChildProcess
  url: string
}

async function spawnServer(program: string, env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', ...compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  const keep = (line: string) => (log = `${log}${line}\n`.slice(-20_000))
  const ready = Promise.withResolvers<string>()
  createInterface(child.stderr).on('line', keep)
  createInterface(child.stdout).on('line', (line) => {
    keep(line)
    const url = /Coffer is ready at (http:\/\/[^\s"\\/]+)/.exec(line)?.[1]
    if (url !== undefined) ready.resolve(url)
  })
  child.on('exit', (code, signal) => {
    const report = `the server ended with ${code ?? signal}:\n${log}`
    ready.reject(new Error(report))
    if (!child.killed) console.error(report)
  })
  const deadline = setTimeout(
    () => ready.reject(new Error(`the server was not ready in time:\n${log}`)),
    startDeadlineMilliseconds,
  )
  try {
    return { child, url: await ready.promise }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    clearTimeout(deadline)
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
