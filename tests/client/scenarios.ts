import { expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import type { FaultProxy, Fault } from './fault-proxy.ts'
import type { UploadResult, UploadSettings } from './run-upload.ts'

const chunkBytes = 512 * 1024
const chunks = 16
const sizeBytes = chunks * chunkBytes

/** Where uploads run: Node, or a page of a browser. */
export interface Runner {
  proxy: FaultProxy
  /** Uploads in the place that is open, and resolves when the file is ready or the upload has stopped. */
  upload: (settings: Omit<UploadSettings, 'baseUrl' | 'user'>) => Promise<UploadResult | undefined>
  /** Ends the place without notice, and opens it again with what it had stored. */
  kill: () => Promise<void>
  /** Takes the place off the network for some time. */
  offline: (ms: number) => Promise<void>
  authorization: string
}

/** Ends the session at the service, as its expiry does. */
async function endSession(origin: string, path: string): Promise<void> {
  await fetch(origin + path, { method: 'DELETE' })
}

const always = (fault: Fault) =>
  Array.from({ length: 3 * chunks }, (_, at) => (at % 2 === 0 ? fault : undefined))

const faults: [string, (Fault | undefined)[]][] = [
  ['no fault', []],
  ['the answer to every chunk lost', always('lose-answer')],
  ['the connection cut before every chunk', always('cut-before')],
  [
    'a connection cut in the middle of a chunk',
    [undefined, undefined, 'cut-half', undefined, 'cut-half'],
  ],
  ['308 with less than was sent', [undefined, 'half', undefined, 'half']],
  ['503 with Retry-After', [undefined, { status: 503, retryAfter: '0' }]],
  ['503, 502 and 429 of a proxy', [undefined, { status: 503 }, { status: 502 }, { status: 429 }]],
  ['a session that ends', [undefined, endSession]],
]

const path = () => `/${randomUUID()}/film.bin`

/** What an upload must survive, and the most bytes that it may send: 1.2 times the file. */
export function uploadScenarios(runner: () => Runner): void {
  const strategy = 'resumable'
  const settings = () => ({ path: path(), seed: 1, sizeBytes, chunkBytes, strategy }) as const

  async function expectStored(result: UploadResult | undefined, most = 1.2): Promise<void> {
    const { proxy } = runner()
    expect(result?.checksum).toBe(result?.expected)
    expect(result?.phases).toEqual(['uploading', 'scanning', 'done'])
    expect(result?.mostSent).toBe(sizeBytes)
    expect(result?.interrupted).toEqual([])
    const ratio = proxy.sentBytes / sizeBytes
    const seconds = result?.seconds.toFixed(1)
    console.log(`${ratio.toFixed(3)} × the bytes, ${proxy.requests} requests, ${seconds} s`)
    expect(ratio).toBeGreaterThanOrEqual(1)
    expect(proxy.requests).toBeGreaterThanOrEqual(chunks)
    expect(ratio).toBeLessThanOrEqual(most)
  }

  /** The files in a folder, with versions in the trash. */
  async function filesAt(folder: string): Promise<string[]> {
    const { proxy, authorization } = runner()
    const pages = ['false', 'true'].map(async (deleted) => {
      const query = new URLSearchParams({ prefix: folder, deleted })
      const headers = { authorization }
      const answer = await fetch(`${proxy.url}/api/workspace/files?${query.toString()}`, {
        headers,
      })
      return ((await answer.json()) as { files: { id: string }[] }).files.map(({ id }) => id)
    })
    return (await Promise.all(pages)).flat()
  }

  test.each(faults)('uploads with %s', async (_, planned) => {
    const { proxy, upload } = runner()
    proxy.reset()
    proxy.faults = planned
    const options = settings()
    const result = await upload(options)
    await expectStored(result)
    expect(await filesAt(options.path)).toEqual([result?.id])
  })

  test.each(['fail', 'replace', 'rename'] as const)(
    'opens one session although the answers are lost: onConflict=%s',
    async (onConflict) => {
      const { proxy, upload, authorization } = runner()
      proxy.reset()
      proxy.openFaults = ['lose-answer', 'lose-answer', { status: 503, retryAfter: '0' }]
      const options = { ...settings(), onConflict }
      const result = await upload(options)
      await expectStored(result)
      expect(proxy.openFaults).toEqual([])
      expect(result?.path).toBe(options.path)
      expect(await filesAt(options.path)).toEqual([result?.id])
      const usage = await fetch(`${proxy.url}/api/workspace/usage`, { headers: { authorization } })
      expect(await usage.json()).toMatchObject({ openUploads: 0 })
    },
  )

  test('uploads with a token that expires in the middle', async () => {
    const { proxy, upload } = runner()
    proxy.reset()
    const result = await upload({ ...settings(), tokenRequests: 2 })
    await expectStored(result)
    expect(result?.refreshes).toBeGreaterThan(0)
  })

  test('continues after it was offline', async () => {
    const { proxy, upload, offline } = runner()
    proxy.reset()
    proxy.faults = [undefined, undefined, async () => offline(1500)]
    await expectStored(await upload(settings()))
  })

  test('resumes after the page was closed in the middle', async () => {
    const { proxy, upload, kill } = runner()
    proxy.reset()
    const options = settings()
    expect(await upload({ ...options, stopAt: 0.5 })).toBeUndefined()
    const before = proxy.sentBytes
    await kill()
    await expectStored(await upload(options))
    expect(before).toBeGreaterThan(sizeBytes / 4)
    expect(proxy.sentBytes - before).toBeLessThan(0.7 * sizeBytes)
  })

  test('does not mix a file with another one of the same name, size and date', async () => {
    const { proxy, upload, kill } = runner()
    proxy.reset()
    const options = { ...settings(), overwrite: true }
    await upload({ ...options, stopAt: 0.5 })
    await kill()
    const sent = proxy.sentBytes
    const result = await upload({ ...options, seed: 2 })
    expect(result?.checksum).toBe(result?.expected)
    expect(proxy.sentBytes - sent).toBe(sizeBytes)
    expect(result?.interrupted).toMatchObject([{ path: options.path }])
  })

  test.each([
    ['raw', 'lose-answer'],
    ['raw', 'cut-half'],
    ['multipart', 'lose-answer'],
    ['multipart', 'cut-before'],
  ] as const)('stores a small file once: %s, %s', async (strategy, fault) => {
    const { proxy, upload } = runner()
    proxy.reset()
    proxy.faults = [fault]
    const options = { path: path(), seed: 3, sizeBytes: 100_000, strategy }
    const result = await upload(options)
    expect(result?.checksum).toBe(result?.expected)
    expect(await filesAt(options.path)).toEqual([result?.id])
    expect(proxy.requests).toBe(fault === 'lose-answer' ? 1 : 2)
  })
}
