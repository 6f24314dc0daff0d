import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import yazl from 'yazl'

// A program of Node that `Zip` runs with `context.run`: compression is long work, and here it has limits and low priority.

export interface ZipJob {
  target: string
  files: { source: string; name: string }[]
}

/** The earliest time of an archive. All entries have it, so that the same files make the same archive. */
const mtime = new Date(Date.UTC(1980, 0, 1))
const mode = 0o100644

if (import.meta.main) {
  const job = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as ZipJob
  await zip(job)
  process.stdout.write('{}')
}

async function zip({ target, files }: ZipJob): Promise<void> {
  const archive = new yazl.ZipFile()
  const stop = new AbortController()
  // yazl reports a file that it cannot read as an event, and its output then never ends.
  archive.on('error', (error) => stop.abort(error))
  for (const { source, name } of files) {
    archive.addFile(source, name, { mtime, mode, forceDosTimestamp: true })
  }
  archive.end()
  await pipeline(archive.outputStream, createWriteStream(target), { signal: stop.signal })
}
