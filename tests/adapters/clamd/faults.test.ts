import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { ClamdScanner, type ClamdOptions } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import { hastyClamd } from '../../support/clamd/hasty-clamd.ts'
import {
  endsStream,
  replying,
  type Script,
  scriptedClamd,
} from '../../support/clamd/scripted-clamd.ts'

const unavailable = expect.objectContaining({
  name: 'WorkspaceError',
  code: 'scanner-unavailable',
  cause: expect.any(Error),
})
const mebibyte = 1024 * 1024

const smallBody = () => Readable.from([Buffer.from('a small body')])
const silent: Script = async ({ until }) => void (await until(endsStream))
const deaf: Script = ({ socket }) => void socket.pause()
const hangUpAtOnce: Script = ({ socket }) => void socket.end()
const hangUpMidway: Script = async ({ socket, until }) => {
  await until((received) => received.length > mebibyte)
  socket.destroy()
}
const resetMidway: Script = async ({ socket, until }) => {
  await until((received) => received.length > mebibyte)
  socket.resetAndDestroy()
}
const okTooEarly: Script = async ({ socket, until }) => {
  await until((received) => received.length > 0)
  socket.write('stream: OK\0')
}
const okThenReset: Script = async ({ socket, until }) => {
  await until(endsStream)
  socket.write('stream: OK', () => socket.resetAndDestroy())
}

/** 128 MiB without a zero byte, more than all buffers hold. */
const largeBody = () => Readable.from(largeChunks())

function* largeChunks() {
  const chunk = Buffer.alloc(65_536, 'x')
  for (let count = 0; count < 2048; count += 1) yield chunk
}

async function scanAgainst(script: Script, body = smallBody(), options: ClamdOptions = {}) {
  await using peer = await scriptedClamd(script)
  const scanner = new ClamdScanner(peer, options)
  return await scanner.scan(body)
}

describe('the verdict is clean only on an explicit clean reply', () => {
  test.each([
    [['stream: OK\0']],
    [['stream: OK\n']],
    [['stream: OK']],
    [['stream: O', 'K\0']],
    [['stream: OK', '\0']],
  ])('the reply %j is clean', async (pieces) => {
    expect(await scanAgainst(replying(...pieces))).toEqual({ verdict: 'clean' })
  })

  test.each([
    [['']],
    [['\0']],
    [['stream: OK \0']],
    [['stream: OK\r\n']],
    [['stream: OK\n\0']],
    [['stream: OK\0stream: Eicar FOUND\0']],
    [['stream: O']],
    [['UNKNOWN COMMAND\0']],
    [['INSTREAM: Error reading from stream. ERROR\0']],
    [['Command invalid while the database reloads. ERROR\0']],
    [['x'.repeat(100_000)]],
  ])('the reply %j is a failure of the scanner', async (pieces) => {
    await expect(scanAgainst(replying(...pieces))).rejects.toEqual(unavailable)
  })

  test('a threat name may contain any words and arrive in pieces', async () => {
    const script = replying('stream: Test OK F', 'OUND', ' here FOUND\0')
    expect(await scanAgainst(script)).toEqual({
      verdict: 'infected',
      threat: 'Test OK FOUND here',
    })
  })

  test('an OK before the end of the body rejects with scanner-unavailable', async () => {
    await expect(scanAgainst(okTooEarly, largeBody())).rejects.toEqual(unavailable)
  })

  test('an OK without a terminator rejects if the connection is reset', async () => {
    await expect(scanAgainst(okThenReset)).rejects.toEqual(unavailable)
  })
})

describe('a scan rejects without a verdict', () => {
  test('if nothing listens', async () => {
    const peer = await scriptedClamd(() => undefined)
    await peer[Symbol.asyncDispose]()
    const scanner = new ClamdScanner(peer)
    await expect(scanner.scan(smallBody())).rejects.toEqual(unavailable)
    await expect(scanner.version()).rejects.toEqual(unavailable)
    const nowhere = new ClamdScanner({ path: '/nonexistent/clamd.sock' })
    await expect(nowhere.scan(smallBody())).rejects.toEqual(unavailable)
  })

  test('if clamd never replies', async () => {
    const scan = scanAgainst(silent, smallBody(), { replyTimeoutMs: 50 })
    await expect(scan).rejects.toEqual(unavailable)
  })

  test('if clamd stops accepting bytes, and stops reading the body', async () => {
    let chunksRead = 0
    const body = Readable.from(
      (function* () {
        for (const chunk of largeChunks()) {
          chunksRead += 1
          yield chunk
        }
      })(),
    )
    await expect(scanAgainst(deaf, body, { idleTimeoutMs: 100 })).rejects.toEqual(unavailable)
    expect(chunksRead * 65_536).toBeLessThan(32 * mebibyte)
    expect(body.destroyed).toBe(true)
  })

  test('if clamd closes or resets the connection during the stream', async () => {
    await expect(scanAgainst(hangUpMidway, largeBody())).rejects.toEqual(unavailable)
    await expect(scanAgainst(resetMidway, largeBody())).rejects.toEqual(unavailable)
  })

  test('if the body is destroyed before its end', async () => {
    const body = new Readable({ read: () => undefined })
    body.push('a beginning')
    const cut: Script = async ({ until }) => {
      await until((received) => received.length > 0)
      body.destroy()
    }
    await expect(scanAgainst(cut, body)).rejects.toThrow('Premature close')
  })

  test('if clamd closes the connection while the body is idle', async () => {
    const body = new Readable({ read: () => undefined })
    await expect(scanAgainst(hangUpAtOnce, body)).rejects.toEqual(unavailable)
  })

  test('without revealing the scanner to the caller', async () => {
    const scan = scanAgainst(replying('/srv/secret/path ERROR\0'))
    await expect(scan).rejects.toThrow(/^The virus scanner gives no verdict at the moment/)
  })
})

describe('the connection to a clamd that closes it during a stream', () => {
  test('returns the reply even if the next write fails before the reply is read', async () => {
    await using peer = await hastyClamd('INSTREAM size limit exceeded. ERROR\0')
    function* chunks() {
      yield Buffer.alloc(mebibyte / 2, 'x')
      // Blocks the event loop until the peer has closed, so that nothing is read before the next write.
      peer.waitUntilGone()
      yield Buffer.alloc(mebibyte / 2, 'x')
    }
    const body = Readable.from(chunks())
    const verdict = await new ClamdScanner(peer).scan(body)
    expect(verdict).toEqual({ verdict: 'unscannable', reason: 'size-limit' })
  })

  test('is closed after the reply', async () => {
    await using peer = await scriptedClamd(async ({ socket, until }) => {
      await until(endsStream)
      socket.write('stream: OK\0')
    })
    expect(await new ClamdScanner(peer).scan(smallBody())).toEqual({ verdict: 'clean' })
    await vi.waitFor(() => expect(peer.connections()).toEqual({ total: 1, open: 0 }))
  })
})

describe('aborting', () => {
  test("closes the connection and rejects with the signal's reason", async () => {
    await using peer = await scriptedClamd(silent)
    const controller = new AbortController()
    const scan = new ClamdScanner(peer).scan(smallBody(), { signal: controller.signal })
    await vi.waitFor(() => expect(peer.connections()).toEqual({ total: 1, open: 1 }))
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(scan).rejects.toBe(reason)
    await vi.waitFor(() => expect(peer.connections().open).toBe(0))
  })

  test('removes a waiting scan from the queue and keeps the order of the others', async () => {
    const turns: (() => void)[] = []
    await using peer = await scriptedClamd(async ({ socket, until }) => {
      await until(endsStream)
      turns.push(() => socket.write('stream: OK\0'))
    })
    const scanner = new ClamdScanner(peer, { concurrency: 1 })
    const controller = new AbortController()
    const finished: string[] = []
    const first = scanner.scan(smallBody()).then(() => finished.push('first'))
    const second = scanner.scan(smallBody(), { signal: controller.signal })
    const third = scanner.scan(smallBody()).then(() => finished.push('third'))
    const fourth = scanner.scan(smallBody()).then(() => finished.push('fourth'))

    const reason = new Error('no longer needed')
    controller.abort(reason)
    await expect(second).rejects.toBe(reason)
    for (let turn = 0; turn < 3; turn += 1) {
      await vi.waitFor(() => expect(turns).toHaveLength(turn + 1))
      expect(peer.connections().total).toBe(turn + 1)
      turns[turn]?.()
    }
    await Promise.all([first, third, fourth])
    expect(finished).toEqual(['first', 'third', 'fourth'])
  })

  test('a failed scan releases its slot', async () => {
    await using peer = await scriptedClamd(({ socket }) => void socket.destroy())
    const scanner = new ClamdScanner(peer, { concurrency: 1 })
    const scans = Array.from({ length: 3 }, () => scanner.scan(smallBody()))
    const results = await Promise.allSettled(scans)
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  })
})
