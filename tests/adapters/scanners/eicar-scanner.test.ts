import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { EicarScanner } from '../../../shared/adapters/scanners/eicar-scanner.ts'
import { NoScanner } from '../../../shared/adapters/scanners/no-scanner.ts'
import { eicar } from '../../support/files/eicar.ts'
import { describeScanner } from '../../ports/scanner.ts'

describeScanner('EicarScanner', async () => new EicarScanner())
describeScanner('NoScanner', async () => new NoScanner())

const infected = { verdict: 'infected', threat: 'EICAR-Test-File' }

describe('EicarScanner', () => {
  test('finds the EICAR test file and reports the engine eicar-only', async () => {
    const scanner = new EicarScanner()
    expect(await scanner.scan(Readable.from([eicar()]))).toEqual(infected)
    expect(await scanner.version()).toEqual({ engine: 'eicar-only', signatureVersion: null })
  })

  test('finds it anywhere in the stream, across chunk boundaries', async () => {
    const bytes = Buffer.concat([Buffer.alloc(100, 'a'), eicar(), Buffer.alloc(100, 'b')])
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const halves = [bytes.subarray(0, cut), bytes.subarray(cut)]
      expect(await new EicarScanner().scan(Readable.from(halves))).toEqual(infected)
    }
  })

  test('finds it in chunks of one byte', async () => {
    const whole = Buffer.concat([Buffer.alloc(100, 'X'), eicar()])
    const bytes = Array.from(whole, (byte) => Buffer.of(byte))
    expect(await new EicarScanner().scan(Readable.from(bytes))).toEqual(infected)
  })

  test('stops reading at the verdict', async () => {
    const body = Readable.from([eicar(), ...Array.from({ length: 50 }, () => Buffer.alloc(10))])
    expect(await new EicarScanner().scan(body)).toEqual(infected)
    expect(body.destroyed).toBe(true)
    expect(body.readableEnded).toBe(false)
  })

  test('calls a part of it clean', async () => {
    const almost = [eicar().subarray(0, -1), eicar().subarray(1)]
    expect(await new EicarScanner().scan(Readable.from(almost))).toEqual({ verdict: 'clean' })
  })
})

describe('NoScanner', () => {
  test('calls everything clean and reports the engine none', async () => {
    const scanner = new NoScanner()
    expect(await scanner.scan(Readable.from([eicar()]))).toEqual({ verdict: 'clean' })
    expect(await scanner.version()).toEqual({ engine: 'none', signatureVersion: null })
  })
})
