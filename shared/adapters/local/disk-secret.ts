import { randomBytes } from 'node:crypto'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifPresent, privateFile, publishDirectory } from './durable.ts'
import type { Temporaries } from './disk-temporaries.ts'

const secretBytes = 32

/** The key that signs URLs, made on first use; of several processes that start at once, all get the same. */
export async function openSecret(directory: string, temporaries: Temporaries): Promise<Buffer> {
  const file = join(directory, 'signing-key')
  if (await ifPresent(access(file).then(() => true))) return readKey(file)
  const staged = await temporaries.create()
  try {
    await writeFile(join(staged, 'signing-key'), randomBytes(secretBytes), { mode: privateFile })
    await publishDirectory(staged, directory)
    return await readKey(file)
  } finally {
    await temporaries.discard(staged)
  }
}

async function readKey(file: string): Promise<Buffer> {
  const key = await readFile(file)
  if (key.length >= secretBytes) return key
  throw new Error(`${file} is shorter than ${secretBytes} bytes; delete it, and a new key is made`)
}
