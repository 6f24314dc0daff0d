import { describe, expect, test } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import { type Script, scriptedClamd } from '../../support/clamd/scripted-clamd.ts'

const unavailable = expect.objectContaining({ code: 'scanner-unavailable' })

const version: Script = async ({ socket, until }) => {
  await until((received) => received.toString() === 'zVERSION\0')
  socket.end('ClamAV 1.4.6/27800/Thu Nov 20 09:40:21 2025\0')
}

describe('ClamdScanner.version', () => {
  test('sends VERSION once and caches the reply', async () => {
    await using peer = await scriptedClamd(version)
    const scanner = new ClamdScanner(peer)
    const expected = {
      engine: 'ClamAV 1.4.6',
      signatureVersion: '27800/Thu Nov 20 09:40:21 2025',
      signaturesAt: new Date(2025, 10, 20, 9, 40, 21).toISOString(),
    }
    expect(await Promise.all([scanner.version(), scanner.version()])).toEqual([expected, expected])
    expect(await scanner.version()).toEqual(expected)
    expect(peer.connections().total).toBe(1)
  })

  test('sends VERSION again after a failure', async () => {
    let asked = 0
    const failingOnce: Script = (peer) => {
      asked += 1
      return asked === 1 ? void peer.socket.end('UNKNOWN COMMAND\0') : version(peer)
    }
    await using peer = await scriptedClamd(failingOnce)
    const scanner = new ClamdScanner(peer)
    await expect(scanner.version()).rejects.toEqual(unavailable)
    expect((await scanner.version()).engine).toBe('ClamAV 1.4.6')
  })
})
