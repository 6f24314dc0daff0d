import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Verdict } from '../../../shared/model/verdict.ts'
import type { Scanner } from '../../../shared/ports/scanner.ts'

/** A scanner whose signatures map words to verdicts. The test can replace them with later ones. */
export class SignatureScanner implements Scanner {
  /** The number of scans of each text. */
  readonly scanned: string[] = []
  /** Runs before each scan. By default, it does nothing. */
  beforeVerdict: (body: string) => void | Promise<void> = () => undefined
  #signatures: Record<string, Verdict> = {}
  #version = 1

  /** Installs new signatures, dated a day later. */
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
