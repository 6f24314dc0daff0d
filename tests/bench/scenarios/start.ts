import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { megabyte, type Plan } from '../bench.ts'
import { startProgram } from '../child-server.ts'
import { send } from '../client.ts'
import { localServerEnv } from '../coffer.ts'
import { buildPeer } from '../peers/build.ts'
import { atMost, below, compare, compareIf, megabytes, milliseconds, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

const maxIdleBytes = 90 * megabyte
/** Time for the work after the start, such as the first sweep. */
const idleMs = 3000

/**
 * Starts of the servers, from the start of the process to the end of the first answer, and the resident memory three seconds
 * after it. The program of `npm start` runs without npm, which itself takes longer than a bare server.
 */
export async function startScenario(plan: Plan, scratch: string): Promise<Row[]> {
  const pocketbase = await buildPeer('pocketbase')
  const memory: Record<string, number[]> = {}
  const start = (name: string, program: Program, route: string) => async () => {
    const startedAt = performance.now()
    await using server = await startProgram(program.file, program)
    await send({ method: 'GET', url: `${server.url}${route}` })
    const seconds = (performance.now() - startedAt) / 1000
    await setTimeout(idleMs)
    ;(memory[name] ??= []).push(await server.memoryBytes())
    return seconds
  }
  const seconds = await takeTurns<string>(plan.rounds, {
    bare: start('bare', nodeProgram('../servers/http.js'), '/'),
    coffer: start(
      'coffer',
      nodeProgram('../../../functions/host/start.js', localServerEnv(join(scratch, 'coffer'))),
      '/api/workspace/files',
    ),
    ...(pocketbase !== undefined && {
      pocketbase: start(
        'pocketbase',
        { file: pocketbase, args: [join(scratch, 'pocketbase')] },
        '/api/collections/files/records',
      ),
    }),
  })
  const idle = (name: string) => (memory[name] ?? []).slice(-plan.rounds)
  const own = idle('coffer')
  return [
    compare({
      what: 'start to the first answer / bare Node HTTP server',
      candidate: seconds['coffer'] ?? [],
      baseline: seconds['bare'] ?? [],
      format: milliseconds,
      target: atMost(5),
      heldBack: 'Node compiles and runs the bundle with Hono, zod and SQLite',
    }),
    ...compareIf({
      what: 'start to the first answer / PocketBase',
      candidate: seconds['coffer'] ?? [],
      baseline: seconds['pocketbase'],
      format: milliseconds,
    }),
    compare({
      what: 'idle memory / bare Node HTTP server',
      candidate: own,
      baseline: idle('bare'),
      format: megabytes,
      target: below(own, maxIdleBytes, megabytes),
      heldBack: 'the heap holds the code of some 300 modules',
    }),
    ...compareIf({
      what: 'idle memory / PocketBase',
      candidate: own,
      baseline: memory['pocketbase'] && idle('pocketbase'),
      format: megabytes,
    }),
  ]
}

interface Program {
  file: string
  args: string[]
  env?: Record<string, string>
}

function nodeProgram(file: string, env: Record<string, string> = {}): Program {
  const args = [fileURLToPath(new URL(file, import.meta.url))]
  return { file: process.execPath, args, env }
}
