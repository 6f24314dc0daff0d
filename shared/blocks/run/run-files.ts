import type { Caller } from '../../model/access.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { FileId, SessionId } from '../../model/ids.ts'
import type { Ports } from '../../ports/ports.ts'
import { isReference, parseReference } from '../../media/reference.ts'
import { remove } from '../../workspace/delete.ts'
import { readyFile } from '../../workspace/read.ts'
import type { Media, ReturnFormat } from '../../workspace/store-media/store-media.ts'
import type { MediaForm, MediaHint } from '../field.ts'
import { executionIdOf } from './execution-id.ts'
import { acceptsType } from './accept.ts'
import { typeOfLocalFile } from './local-type.ts'

const formats: Record<MediaForm, ReturnFormat> = {
  local_path: 'for_local_processing',
  data_uri: 'for_external_api',
  reference: 'for_block_output',
}

export interface RunFilesOptions {
  ports: Pick<Ports, 'catalog' | 'blobs' | 'limits'>
  media: Media
  caller: Caller
  sessionId: SessionId | undefined
  runId: string
  blockId: string
  signal: AbortSignal
}

/** The files of one run: its directory, and the files that it has stored in the workspace. */
export class RunFiles {
  readonly #options: RunFilesOptions
  readonly #executionId: string
  readonly #running = new Set<Promise<string>>()
  readonly #references = new Set<string>()

  constructor(options: RunFilesOptions) {
    this.#options = options
    this.#executionId = executionIdOf(options.runId)
  }

  /** Creates the directory. Resolves to its path. */
  prepare(): Promise<string> {
    return this.#options.media.prepareExecution(this.#executionId)
  }

  /** Converts a file between its forms. Throws after the end of the run. */
  async store(file: string, returnFormat: ReturnFormat): Promise<string> {
    const { media, caller, sessionId, runId, blockId, signal } = this.#options
    signal.throwIfAborted()
    const { workspaceId, session } = caller
    const work = media.storeMedia({
      file,
      returnFormat,
      signal,
      context: {
        userId: workspaceId,
        workspaceId,
        executionId: this.#executionId,
        isBoundToSession: session !== undefined,
        outputs: { origin: 'generated', metadata: { run: runId, block: blockId } },
        ...(sessionId !== undefined && { sessionId }),
      },
    })
    this.#running.add(work)
    try {
      const stored = await work
      if (returnFormat === 'for_block_output') this.#references.add(stored)
      return stored
    } finally {
      this.#running.delete(work)
    }
  }

  /** Converts a file of the input to the form of its field. Throws an error that names the field. */
  async take(file: string, hint: MediaHint, place: string, directory: string): Promise<string> {
    try {
      const taken = await this.store(file, formats[hint.form])
      await this.#assertType(hint, { file, taken, directory })
      return taken
    } catch (error) {
      if (!(error instanceof WorkspaceError)) throw error
      const { code, message, retryAfterSeconds } = error
      throw new WorkspaceError(code, `${place}: ${message}`, {
        cause: error,
        errors: [{ field: place, detail: message }],
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      })
    }
  }

  /** Ends the operations of the run and removes its directory. */
  async clean(): Promise<void> {
    await this.#options.media.cleanExecution(this.#executionId)
    await Promise.allSettled(this.#running)
  }

  /** Deletes the files that the run has stored, permanently, except those that are emitted. */
  async discard(emitted: readonly unknown[]): Promise<void> {
    const { ports, caller, runId } = this.#options
    const kept = JSON.stringify(emitted)
    for (const reference of this.#references) {
      if (kept.includes(reference)) continue
      const id = idOf(reference)
      const file = id && (await ports.catalog.get(caller.workspaceId, id))
      // A block can also emit a reference to a file that the user had before.
      if (!file || file.metadata['run'] !== runId) continue
      await remove(ports, caller, { id: file.id }, { purge: true })
    }
  }

  async #assertType(
    { accept, form }: MediaHint,
    { file, taken, directory }: { file: string; taken: string; directory: string },
  ): Promise<void> {
    if (accept === undefined) return
    const { ports, caller } = this.#options
    const type = isReference(file)
      ? (await readyFile(ports, caller, parseReference(file))).mimeType
      : await typeIn(taken, form, directory)
    if (acceptsType(accept, type)) return
    throw new WorkspaceError('unsupported-type', `This must be ${accept}, and is ${type}.`)
  }
}

async function typeIn(taken: string, form: MediaForm, directory: string): Promise<string> {
  if (form === 'local_path') return typeOfLocalFile(directory, taken)
  if (form === 'reference') return parseReference(taken).mimeType ?? ''
  return taken.slice('data:'.length, taken.search(/[;,]/))
}

function idOf(reference: string): FileId | undefined {
  if (!isReference(reference)) return undefined
  const parsed = parseReference(reference)
  return 'id' in parsed ? parsed.id : undefined
}
