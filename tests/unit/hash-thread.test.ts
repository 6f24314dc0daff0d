import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { HashThread, type ThreadedHash } from '../../shared/http/hash-thread.ts'

const half = 512 * 1024
const bytes = randomBytes(4 * half + 77)
const sha256 = (of: Buffer) => createHash('sha256').update(of).digest('hex')

function begin(thread: HashThread): ThreadedHash {
  const hash = thread.sha256()
  if (!hash) throw new Error('the thread has no room')
  return hash
}

async function feed(hash: ThreadedHash, from: Buffer, pieceBytes: number): Promise<string> {
  for (let at = 0; at < from.length; at += pieceBytes) {
    const piece = Buffer.from(from.subarray(at, at + pieceBytes))
    await hash.update(piece)
    // A copy has been taken: what becomes of the chunk no longer matters.
    piece.fill(0)
  }
  return hash.digest()
}

describe('HashThread', () => {
  test.each([1000, 65_536, half - 1, half, half + 1, 2 * half, 3 * half + 5, bytes.length])(
    'has the SHA-256 of bytes that come %i at a time',
    async (pieceBytes) => {
      await using thread = new HashThread()
      using hash = begin(thread)
      expect(await feed(hash, bytes, pieceBytes)).toBe(sha256(bytes))
    },
  )

  test.each([0, 1, half, 2 * half])('has the SHA-256 of %i bytes', async (length) => {
    await using thread = new HashThread()
    using hash = begin(thread)
    const some = bytes.subarray(0, length)
    expect(await feed(hash, some, 10_000)).toBe(sha256(some))
  })

  test('keeps hashes apart that go on at once', async () => {
    await using thread = new HashThread()
    const bodies = Array.from({ length: 4 }, (_, index) => bytes.subarray(index * 1000))
    const digests = bodies.map(async (body) => {
      using hash = begin(thread)
      return await feed(hash, body, 50_000)
    })
    expect(await Promise.all(digests)).toEqual(bodies.map(sha256))
  })

  test('takes four hashes at once, and the next as soon as one has ended', async () => {
    await using thread = new HashThread()
    const [first] = Array.from({ length: 4 }, () => begin(thread))
    expect(thread.sha256()).toBeUndefined()
    first?.[Symbol.dispose]()
    await expect.poll(() => thread.sha256()).toBeDefined()
  })

  test('fails the hashes in progress when it ends', async () => {
    const thread = new HashThread()
    using hash = begin(thread)
    await hash.update(bytes)
    await thread[Symbol.asyncDispose]()
    await expect(hash.digest()).rejects.toThrow('has ended')
  })

  test('fails a hash that was given up while it waits', async () => {
    await using thread = new HashThread()
    const hash = begin(thread)
    const digest = hash.digest()
    hash[Symbol.dispose]()
    await expect(digest).rejects.toThrow('has ended')
  })

  test('hashes again after it has ended', async () => {
    await using thread = new HashThread()
    thread.sha256()
    await thread[Symbol.asyncDispose]()
    using hash = begin(thread)
    expect(await feed(hash, bytes, 65_536)).toBe(sha256(bytes))
  })
})
