import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import {
  endsStream,
  type Script,
  scriptedClamd,
  unframe,
} from '../../support/clamd/scripted-clamd.ts'

const mebibyte = 1024 * 1024

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function scanAgainst(script: Script, body: Readable) {
  await using peer = await scriptedClamd(script)
  return await new ClamdScanner(peer).scan(body)
}

describe('the stream that clamd receives', () => {
  test('has frames of the bytes read, for any chunks', async () => {
    let received: Buffer = Buffer.alloc(0)
    const recording: Script = async ({ socket, until }) => {
      received = await until(endsStream)
      socket.write('stream: OK\0')
    }
    const chunks = [
      Buffer.alloc(0),
      Buffer.from('a'),
      Buffer.alloc(3 * mebibyte + 5, 'b'),
      new Uint8Array(1000).fill(7),
      'Grüße, 世界',
      Buffer.alloc(524_288, 'c'),
    ]
    expect(await scanAgainst(recording, Readable.from(chunks))).toEqual({ verdict: 'clean' })
    expect(received.subarray(0, 10).toString()).toBe('zINSTREAM\0')
    const sent = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as Uint8Array)))
    expect(digest(unframe(received))).toBe(digest(sent))
  })

  test("keeps the body's encoding", async () => {
    let received: Buffer = Buffer.alloc(0)
    const recording: Script = async ({ socket, until }) => {
      received = await until(endsStream)
      socket.write('stream: OK\0')
    }
    const body = Readable.from([Buffer.from([0xff, 0xfe, 0x41])], { objectMode: false })
    body.setEncoding('latin1')
    await scanAgainst(recording, body)
    expect([...unframe(received)]).toEqual([0xff, 0xfe, 0x41])
  })
})
