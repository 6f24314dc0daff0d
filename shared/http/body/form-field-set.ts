import type { Readable } from 'node:stream'
import { invalid } from '../../model/errors.ts'
import type { FormPart } from './form-parser.ts'
import { decodeText } from '../protocol/part-header.ts'

/** The known fields of a form, each at most once. Ignores other fields, because upload libraries add their own. */
export class FormFieldSet {
  readonly values = new Map<string, string>()
  readonly #isKnown: (name: string) => boolean
  readonly #maxBytes: number

  constructor({ isKnown, maxBytes }: { isKnown: (name: string) => boolean; maxBytes: number }) {
    this.#isKnown = isKnown
    this.#maxBytes = maxBytes
  }

  /** Throws `invalid-request` for a known field that is repeated, too long or not text. */
  add({ name, encoding }: FormPart, text: string | undefined, isTooLong: boolean): void {
    if (name === undefined || !this.#isKnown(name)) return
    if (this.values.has(name)) throw invalid(name, 'must be sent once')
    if (isTooLong) throw invalid(name, `must be at most ${this.#maxBytes} bytes`)
    assertPlainEncoding(name, encoding)
    if (text === undefined) throw invalid(name, 'must be text in UTF-8')
    this.values.set(name, text)
  }

  /** Adds a known field that was sent as a file, such as a Blob of JSON. Passes `add` to `run` at its end. Drops other files. */
  addFile(part: FormPart, body: Readable, run: (add: () => void) => void): void {
    if (part.name === undefined || !this.#isKnown(part.name)) {
      body.resume()
      return
    }
    const chunks: Buffer[] = []
    let bytes = 0
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= this.#maxBytes) chunks.push(chunk)
    })
    body.on('end', () =>
      run(() => {
        const text = decodeText(Buffer.concat(chunks), part.charset)
        this.add(part, text, bytes > this.#maxBytes)
      }),
    )
  }
}

/** Throws for an encoded part, because the encoded text would be stored instead of the bytes. */
export function assertPlainEncoding(name: string, encoding: string): void {
  if (encoding === 'base64' || encoding === 'quoted-printable') {
    throw invalid(name, `must be sent as it is, not as ${encoding} (RFC 7578 §4.7)`)
  }
}
