import { mkdtemp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { joinName } from '../../model/conflict/numbered-path.ts'
import type { Caller } from '../../model/access.ts'
import type { SessionId } from '../../model/ids.ts'
import type { Ports } from '../../ports/ports.ts'
import type { ProgramEnd, Programs } from '../../ports/programs.ts'
import type { AnyBlock } from '../any-block.ts'
import { BlockExecutionError } from '../errors.ts'
import type { ExecutionContext, Meter, RunOptions } from '../execution-context.ts'
import { typeOfLocalFile } from './local-type.ts'
import type { RunFiles } from './run-files.ts'

interface ContextOptions {
  block: AnyBlock
  caller: Caller
  runId: string
  sessionId: SessionId | undefined
  signal: AbortSignal
  directory: string
  files: RunFiles
  meter: Meter
  ports: Pick<Ports, 'sources' | 'limits'>
  programs: Programs
  /** Throws if the files of the run are too large. */
  assertFits: () => Promise<void>
}

const maxOutputBytes = 1024 * 1024

export function contextOf(options: ContextOptions): ExecutionContext {
  const { block, caller, runId, sessionId, signal, directory, files, meter, ports, programs } =
    options
  const session = sessionId === undefined ? runId : `coffer-session-${sessionId}`
  return Object.freeze({
    userId: caller.workspaceId,
    workspaceId: caller.workspaceId,
    sessionId,
    graphId: session,
    graphExecId: session,
    nodeId: `coffer-node-${block.id}`,
    nodeExecId: runId,
    signal,
    directory,
    meter,
    newPath: async (stem, ending) => {
      const name = joinName(stem, ending)
      if (/[/\0]/.test(name)) throw new TypeError(`"${name}" is not the name of a file`)
      const folder = basename(await mkdtemp(join(directory, 'new-')))
      return `${folder}/${name}`
    },
    typeOf: (path) => typeOfLocalFile(directory, path),
    storeMedia: async ({ file, returnFormat }) => files.store(file, returnFormat),
    fetch: async (url, { maxBytes = Infinity } = {}) => {
      signal.throwIfAborted()
      const limit = Math.min(maxBytes, ports.limits.maxFileBytes)
      return ports.sources.fetchUrl(url, { maxBytes: limit, signal })
    },
    run: async (program, args, { failure } = {}) => {
      signal.throwIfAborted()
      if (program !== 'node' && block.programs?.includes(program) !== true) {
        throw new TypeError(`${block.name} runs ${program} and does not declare it in "programs"`)
      }
      const ended = await programs.run({ program, args, directory, maxOutputBytes, signal })
      await options.assertFits()
      signal.throwIfAborted()
      if (ended.how === 'exit' && ended.code === 0) return ended.output.toString()
      throw faultOf(program, ended) ?? failureOf(program, ended, failure)
    },
  } satisfies ExecutionContext)
}

/** The error of a program that the machine has failed. Its input is not the cause. */
function faultOf(program: string, ended: ProgramEnd): Error | undefined {
  if (ended.how !== 'exit' || !/\bENOSPC\b|No space left on device/.test(ended.errors))
    return undefined
  return new Error(`${program} has no space left: ${ended.errors}`)
}

function failureOf(
  program: string,
  ended: ProgramEnd,
  failure?: RunOptions['failure'],
): BlockExecutionError {
  switch (ended.how) {
    case 'exit':
    case 'signal':
      return new BlockExecutionError(
        failureText(failure, ended.errors) ?? `${program} could not process this file.`,
        {
          cause: new Error(`${program} ended: ${ended.errors}`),
        },
      )
    case 'missing':
      return new BlockExecutionError(`The program ${program} is not installed on this server.`)
    case 'no-sandbox':
      return new BlockExecutionError(
        'This server allows no sandbox, and runs no programs without one. Set BLOCK_SANDBOX=optional to accept that.',
      )
    case 'time':
      return new BlockExecutionError(`${program} was ended.`)
    case 'memory':
      return new BlockExecutionError(`${program} needs more memory for this file than its limit.`)
    case 'output':
      return new BlockExecutionError(`${program} wrote more text than its limit.`)
  }
}

function failureText(failure: RunOptions['failure'], errors: string): string | undefined {
  return typeof failure === 'function' ? failure(errors) : failure
}
