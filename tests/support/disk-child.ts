import { randomUUID } from 'node:crypto'
import { argv, stdin, stdout } from 'node:process'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DiskBlobStore } from '../../shared/adapters/disk/blob-store.ts'
import type { FileId } from '../../shared/model/ids.ts'

/** Runs one task on a store's directory in a separate process, which tests kill or measure. Arguments: directory, task, task argument. */
const [, , directory = '', task = '', argument = ''] = argv
const store = await DiskBlobStore.open({ directory, now: () => new Date(), finalized: () => {} })
const say = (line: string) => stdout.write(`${line}\n`)
const newPath = () => store.locate('user-1', randomUUID() as FileId, 'a.bin')
const options = { contentType: 'text/plain', maxBytes: 1e12 }

const tasks: Record<string, () => Promise<void>> = {
  /** Writes stdin. */
  async write() {
    await store.write(newPath(), stdin, options)
  },
  async uploads() {
    for (;;) {
      const storagePath = newPath()
      const expiresAt = new Date(Date.now() + 3_600_000)
      const upload = { sizeBytes: 10, contentType: 'text/plain', expiresAt }
      const { uploadId } = await store.openUpload(storagePath, upload)
      say(`${uploadId} ${storagePath}`)
      for (const [firstByte, text] of ['01234', '56789'].entries()) {
        const body = Readable.from([Buffer.from(text)])
        await store.append(uploadId, { firstByte: firstByte * 5, body })
      }
    }
  },
  /** Writes, reads and copies the given number of MiB. Prints the growth of the peak memory in MiB. */
  async memory() {
    const before = process.resourceUsage().maxRSS
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const body = Readable.from(Array.from({ length: Number(argument) * 16 }, () => chunk))
    const blob = await store.write(newPath(), body, options)
    await store.copy(blob, newPath())
    const read = await store.read(blob)
    if (read) await pipeline(read, new Writable({ write: (_chunk, _encoding, done) => done() }))
    say(`${(process.resourceUsage().maxRSS - before) / 1024}`)
  },
  async sign() {
    const blob = { storagePath: newPath(), generation: '1' }
    const expiresAt = new Date(Date.now() + 3_600_000)
    say(await store.signUrl(blob, { expiresAt, contentType: 'a/b', contentDisposition: 'inline' }))
  },
}
await tasks[task]?.()
