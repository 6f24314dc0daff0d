import { z } from 'zod'
import type { AnyBlock } from '../any-block.ts'
import { schemasOf } from '../describe.ts'
import { BlockError, BlockExecutionError } from '../errors.ts'
import { replaceMedia } from '../media-walk.ts'
import type { RunOutput } from '../../model/runs/run.ts'
import type { RunFiles } from './run-files.ts'

/** Limits of the values in the events and the record of one run. Larger values belong in files. */
const inlineLimits = {
  textBytes: 64 * 1024,
  outputBytes: 512 * 1024,
  /** A Firestore document, of at most 1 MiB, holds the outputs of a run. */
  runBytes: 896 * 1024,
} as const

const defaultOutputs = 1000

/** Turns what a block yields into outputs: validated, with files stored and replaced by references, and counted. */
export class Emitter {
  readonly #block: AnyBlock
  readonly #files: RunFiles
  readonly #directory: string
  #count = 0
  #bytes = 0

  constructor(block: AnyBlock, { files, directory }: { files: RunFiles; directory: string }) {
    this.#block = block
    this.#files = files
    this.#directory = directory
  }

  /** Throws a `BlockError` for an undeclared name, a value that does not fit its schema, and beyond a limit. */
  async output(yielded: unknown): Promise<RunOutput> {
    const [name, given] = this.#pairOf(yielded)
    if (name === 'error') throw new BlockExecutionError(errorText(given))
    const { shape } = this.#block.output
    const maxOutputs = Math.min(this.#block.limits?.outputs ?? defaultOutputs, defaultOutputs)
    this.#count += 1
    if (this.#count > maxOutputs) throw this.#fault(`emitted more than ${maxOutputs} outputs`)
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined
    const declared = schemasOf(this.#block).output.properties?.[name]
    if (!schema || typeof declared !== 'object') {
      throw this.#fault(`emitted "${name.slice(0, 100)}", which it does not declare`)
    }
    const parsed = z.safeParse(schema, given)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw this.#fault(`emitted a wrong "${name}": ${issue?.message ?? 'not valid'}`)
    }
    const stored = await replaceMedia(declared, parsed.data, async (text, hint, place) =>
      this.#files.take(text, { ...hint, form: 'reference' }, place || name, this.#directory),
    )
    return { name, value: this.#plain(name, stored) }
  }

  #pairOf(yielded: unknown): [string, unknown] {
    if (Array.isArray(yielded) && yielded.length === 2 && typeof yielded[0] === 'string') {
      return [yielded[0], yielded[1]]
    }
    throw this.#fault('yielded something that is neither an output nor a progress')
  }

  /** The value as JSON has it. Throws for a value that JSON does not have, and for a large one. */
  #plain(name: string, value: unknown): RunOutput['value'] {
    const json = jsonOf(value)
    if (json === undefined) throw this.#fault(`emitted a "${name}" that JSON cannot represent`)
    const bytes = Buffer.byteLength(json)
    this.#bytes += Buffer.byteLength(name) + bytes
    if (bytes > inlineLimits.outputBytes) {
      throw this.#fault(`emitted ${bytes} bytes as "${name}"; ${large}`)
    }
    if (this.#bytes > inlineLimits.runBytes) {
      throw this.#fault(`emitted more than ${inlineLimits.runBytes} bytes of values; ${large}`)
    }
    const plain = JSON.parse(json) as RunOutput['value']
    const textBytes = longestText(plain)
    if (textBytes > inlineLimits.textBytes) {
      throw this.#fault(`emitted a text of ${textBytes} bytes in "${name}"; ${large}`)
    }
    return plain
  }

  #fault(what: string): BlockError {
    return new BlockError('block-output', `The block ${this.#block.name} ${what}.`)
  }
}

const large = 'large values must be files, as outputMedia() fields are'

const maxErrorLength = 2000

/** The text of `output.error`. */
function errorText(given: unknown): string {
  const text = typeof given === 'string' ? given.slice(0, maxErrorLength).toWellFormed() : ''
  return text === '' ? 'The block failed without a reason.' : text
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function longestText(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((most: number, it) => Math.max(most, longestText(it)), 0)
}
