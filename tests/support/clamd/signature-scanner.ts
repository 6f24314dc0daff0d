import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Verdict } from '../../../shared/model/verdict.ts'
import type { Scanner } from '../../../shared/ports/scanner.ts'

/** A scanner whose signatures are a map of words to verdicts, and become later ones whenever the test says. */
export class SignatureScanner implements Scanner {
  /** How often each text has been scanned. */
  readonly scanned: string[] = []
  /** What the scanner is faced with: by default nothing that throws. */
  beforeVerdict: (body: string) => void | Promise<void> = () => undefined
  #signatures: Record<string, Verdict> = {}
  #version = 1

  /** New signatures, from a day later. */
  learn(signatures: Record<string, Verdict> = {}): void {
    this.#signatures = { ...this.#signatures, ...signatures }
    this.#version += 1
  }

  async scan(body: Readable): Promise<Verdict> {
    const read = await text(body)
    await this.beforeVerdict(read)
    this.scanned.push(read)
    const known = Object.keys(this.#signatures).find((word) => read.includes(word))
    return (known !== undefined && this.#signatures[known]) || { verdict: 'clean' }
  }

  async version() {
    return {
      engine: 'words',
      signatureVersion: `${this.#version}`,
      signaturesAt: new Date(Date.UTC(2026, 0, this.#version)).toISOString(),
    }
  }
}

export const virus: Verdict = { verdict: 'infected', threat: 'Test.Virus' }
export const odd: Verdict = { verdict: 'unscannable', reason: 'encrypted' }
