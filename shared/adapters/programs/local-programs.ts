import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pLimit from 'p-limit'
import type { Programs } from '../../ports/programs.ts'
import { runLimited, type ProcessLimits } from './limited-process.ts'
import { canSandbox, isInstalled, sandboxArgs } from './sandbox.ts'

const mebibyte = 1024 * 1024

/** Limits of the programs of a block. A block may encode a film, so they are wider than those of a preview. */
const limits: ProcessLimits = {
  dataBytes: 2048 * mebibyte,
  cpuSeconds: 900,
  fileBytes: 1024 * mebibyte,
  openFiles: 256,
  processes: 4096,
}

/** Limit of programs that run at the same time in one process of the service. */
const maxConcurrent = 4

/**
 * Runs programs in processes on this machine. With `requiresSandbox`, a system that does not allow bubblewrap runs no program: there
 * it could reach the network, and with it the identity of the service.
 */
export function openLocalPrograms({ requiresSandbox }: { requiresSandbox: boolean }): Programs {
  const inTurn = pLimit(maxConcurrent)
  return {
    run: ({ program, args, ...run }) =>
      inTurn(async () => {
        if (run.signal.aborted) return { how: 'time' as const }
        const isNode = program === 'node'
        if (!isNode && !(await isInstalled(program))) return { how: 'missing' as const }
        const command = [isNode ? process.execPath : program, ...args]
        if (!(await canSandbox(run.directory, { limits, signal: run.signal }))) {
          if (requiresSandbox) return { how: 'no-sandbox' as const }
          return runLimited({ program: command[0] ?? '', args: command.slice(1), limits, ...run })
        }
        const readable = isNode ? await readableByNode(args[0] ?? '') : []
        return runLimited({
          program: 'bwrap',
          args: [...sandboxArgs(run.directory, readable), ...command],
          limits,
          ...run,
        })
      }),
  }
}

/** The files that a program of Node needs: Node itself, the folder of the program, and the packages of the folders above it. */
async function readableByNode(program: string): Promise<string[]> {
  const paths = [process.execPath, dirname(program)]
  for (let folder = dirname(program); folder !== dirname(folder); folder = dirname(folder)) {
    paths.push(join(folder, 'node_modules'), join(folder, 'package.json'))
  }
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => path)))
  return [...new Set([...paths, ...real])]
}
