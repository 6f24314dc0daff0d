import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReportBadFile } from './bad-files.ts'
import type { TemporaryDirectories } from './temporary-directories.ts'
import { hasCode, privateFile, publishDirectory } from '../files/durable.ts'

const secretBytes = 32
const maxTries = 100

/**
 * Reads the key that signs URLs, or creates it in `{directory}`. Processes that start at the same time get the same key. Reports
 * a damaged key, does not delete it, and uses `{directory}-2` instead. Links signed with the damaged key become invalid.
 */
export async function openSecret(
  directory: string,
  temporaries: TemporaryDirectories,
  report: ReportBadFile,
): Promise<Buffer> {
  for (let number = 1; number <= maxTries; number += 1) {
    const numbered = number === 1 ? directory : `${directory}-${number}`
    const path = join(numbered, 'signing-key')
    try {
      return (await readKey(path)) ?? (await makeKey(numbered, temporaries))
    } catch (error) {
      report(path, error)
    }
  }
  throw new Error(`${directory} has no usable signing key; delete ${directory}-*`)
}

async function makeKey(directory: string, temporaries: TemporaryDirectories): Promise<Buffer> {
  const staged = await temporaries.create()
  try {
    await writeFile(join(staged, 'signing-key'), randomBytes(secretBytes), { mode: privateFile })
    await publishDirectory(staged, directory)
  } finally {
    await temporaries.discard(staged)
  }
  const key = await readKey(join(directory, 'signing-key'))
  if (key) return key
  throw new Error('its directory exists, but contains no key')
}

/** Undefined if there is no key. Throws if the key is too short. */
async function readKey(path: string): Promise<Buffer | undefined> {
  const key = await readFile(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (key && key.length < secretBytes) throw new Error(`it is shorter than ${secretBytes} bytes`)
  return key
}
