import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReportBadFile } from './bad-files.ts'
import type { Temporaries } from './temporaries.ts'
import { hasCode, privateFile, publishDirectory } from '../files/durable.ts'

const secretBytes = 32
const maxTries = 100

/**
 * The key that signs URLs, made on first use in `{directory}`; of several processes that start at once, all get the same. A
 * key that is damaged is reported and left, and the next one lies in `{directory}-2`: links that were signed with it end.
 */
export async function openSecret(
  directory: string,
  temporaries: Temporaries,
  report: ReportBadFile,
): Promise<Buffer> {
  for (let number = 1; number <= maxTries; number += 1) {
    const place = number === 1 ? directory : `${directory}-${number}`
    const path = join(place, 'signing-key')
    try {
      return (await readKey(path)) ?? (await makeKey(place, temporaries))
    } catch (error) {
      report(path, error)
    }
  }
  throw new Error(`${directory} has no signing key that can be used; delete ${directory}-*`)
}

async function makeKey(directory: string, temporaries: Temporaries): Promise<Buffer> {
  const staged = await temporaries.create()
  try {
    await writeFile(join(staged, 'signing-key'), randomBytes(secretBytes), { mode: privateFile })
    await publishDirectory(staged, directory)
  } finally {
    await temporaries.discard(staged)
  }
  const key = await readKey(join(directory, 'signing-key'))
  if (key) return key
  throw new Error('it is not there, though its directory is')
}

/** Undefined where there is none; throws for a key that is too short to be one. */
async function readKey(path: string): Promise<Buffer | undefined> {
  const key = await readFile(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (key && key.length < secretBytes) throw new Error(`it is shorter than ${secretBytes} bytes`)
  return key
}
