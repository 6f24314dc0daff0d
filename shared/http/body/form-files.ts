import type { Readable, Writable } from 'node:stream'
import { invalid, type WorkspaceError } from '../../model/errors.ts'
import { parseName } from '../../model/path.ts'
import { fileNameOf } from '../protocol/form-file-name.ts'
import { assertPlainEncoding } from './form-field-set.ts'
import type { FormPart } from './form-parser.ts'

/** Enough for a selection in a browser, and few enough that all their verdicts can be waited for. */
const maxFiles = 100

/** How long the rest of a refused file is skipped, to find out whether another file follows. */
const maxSkipMs = 1000

/** Fields that apply to the next file only. */
const ownFields = new Set(['path', 'modifiedAt'])

type FormFields = Record<string, string>

/** A file of a form while it is received. */
export interface FilePart {
  /** The name that the client sent. Throws `invalid-request` if it is missing or unusable. */
  name: () => string
  /** The declared type without parameters; `text/plain` by default (RFC 7578 §4.4). */
  mimeType: string
  /** Must be read without waiting for `fields`, which may follow it. Fails if the form fails. */
  body: Readable
  /** Resolves to the fields of the file when the next file begins or the form ends; rejects if the form is invalid. */
  fields: Promise<FormFields>
}

/** Stores a file. Must discard it if `fields` rejects. */
export type OnFile<T> = (file: FilePart) => Promise<T>

/** The result of `onFile`, or the reason why a file is refused. `name` is the name that the client sent, if it is usable. */
export type FileResult<T> = { name: string | undefined } & ({ value: T } | { error: unknown })

interface ReceivedFile<T> {
  name: () => string
  /** The fields before the file. */
  given: FormFields
  fields: PromiseWithResolvers<FormFields>
  handled: Promise<T>
  /** Whether bytes of the file are read and passed to `onFile`. */
  isReceiving: boolean
  /** Replaces the error of `onFile`, which may only see that its body ended. */
  error?: unknown
}

/** The files of one form. */
export class FormFiles<T> {
  readonly #files: ReceivedFile<T>[] = []
  readonly #onFile: OnFile<T>
  readonly #userAgent: string | undefined
  /** The parser of the form, which does not exist before its first file. */
  readonly #parser: () => Writable
  #isEnded = false
  #skipping: NodeJS.Timeout | undefined

  constructor(
    onFile: OnFile<T>,
    { userAgent, parser }: { userAgent: string | undefined; parser: () => Writable },
  ) {
    this.#onFile = onFile
    this.#userAgent = userAgent
    this.#parser = parser
  }

  /** Whether the last file is being received. */
  get isReceiving(): boolean {
    return this.#files.at(-1)?.isReceiving === true
  }

  /** Completes the file before, and passes this one to `onFile`. `isOnly` refuses a second file. */
  begin(
    part: FormPart,
    stream: Readable,
    { fields: own, isOnly }: { fields: FormFields; isOnly: boolean },
  ): void {
    clearTimeout(this.#skipping)
    const previous = this.#files.at(-1)
    previous?.fields.resolve(previous.given)
    const name = () => fileNameOf(part.fileName, this.#userAgent)
    const given = previous ? { ...sharedFields(previous.given), ...own } : own
    const fields = Promise.withResolvers<FormFields>()
    fields.promise.catch(() => undefined)
    const violation = this.#violationOf(part, isOnly)
    const handled = violation
      ? Promise.reject<T>(violation)
      : this.#handle({ name, mimeType: part.mimeType, body: stream, fields: fields.promise })
    const file: ReceivedFile<T> = { name, given, fields, handled, isReceiving: true }
    this.#files.push(file)
    stream.on('end', () => (file.isReceiving = false))
    handled.catch((error: unknown) => this.#refuse(file, stream, error))
    if (violation) this.#parser().destroy(violation)
  }

  /** Waits for all files after the form has ended. `fields` are those after the last file. */
  async end(fields: FormFields, noFile: () => WorkspaceError): Promise<FileResult<T>[]> {
    this.#isEnded = true
    const last = this.#files.at(-1)
    if (last === undefined) throw noFile()
    const [misplaced] = Object.keys(fields)
    const twice = Object.keys(fields).find((name) => Object.hasOwn(last.given, name))
    if (this.#files.length > 1 && misplaced !== undefined) {
      last.fields.reject(invalid(misplaced, 'must come before the file that it belongs to'))
    } else if (twice !== undefined) {
      last.fields.reject(invalid(twice, 'must be sent once'))
    } else last.fields.resolve({ ...last.given, ...fields })
    return this.#results()
  }

  /** Refuses the last file because the form is invalid or cut off, and waits for the others. Throws without a file. */
  async fail(refusal: WorkspaceError): Promise<FileResult<T>[]> {
    this.#isEnded = true
    const last = this.#files.at(-1)
    if (last === undefined) throw refusal
    last.error ??= refusal
    last.fields.reject(refusal)
    return this.#results()
  }

  async #results(): Promise<FileResult<T>[]> {
    clearTimeout(this.#skipping)
    return Promise.all(
      this.#files.map(async ({ name, handled, ...file }): Promise<FileResult<T>> => {
        const named = { name: usable(name) }
        try {
          const value = await handled
          return file.error === undefined ? { ...named, value } : { ...named, error: file.error }
        } catch (error) {
          return { ...named, error: file.error ?? error }
        }
      }),
    )
  }

  #violationOf({ encoding }: FormPart, isOnly: boolean): WorkspaceError | undefined {
    if (this.#files.length >= maxFiles) {
      return invalid('file', `must be sent at most ${maxFiles} times in one form`)
    }
    if (isOnly && this.#files.length > 0) {
      return invalid('file', 'must be sent once with a digest, which covers the whole form')
    }
    try {
      assertPlainEncoding('file', encoding)
      return undefined
    } catch (error) {
      return error as WorkspaceError
    }
  }

  /** Rejects also if `onFile` resolves without reading the file, which would block the parser. */
  async #handle(file: FilePart): Promise<T> {
    const result = await this.#onFile(file)
    if (!file.body.readableEnded) throw new Error('onFile has resolved without reading the file')
    return result
  }

  /** Keeps the error, and skips the rest of the file. */
  #refuse(file: ReceivedFile<T>, stream: Readable, error: unknown): void {
    // The body fails because of the form.
    if (this.#isEnded || this.#parser().destroyed) return
    file.error ??= error
    if (!file.isReceiving) return
    file.isReceiving = false
    // A stream that `onFile` has destroyed is dropped by the parser.
    if (!stream.destroyed) stream.resume()
    this.#skipping = setTimeout(() => this.#parser().destroy(error as Error), maxSkipMs)
  }
}

function sharedFields(fields: FormFields): FormFields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !ownFields.has(name)))
}

function usable(name: () => string): string | undefined {
  try {
    return parseName(name())
  } catch {
    return undefined
  }
}

/** The result of the only file of a form. Throws the reason why it is refused. */
export function resultOf<T>(result: FileResult<T>): T {
  if ('error' in result) throw result.error
  return result.value
}
