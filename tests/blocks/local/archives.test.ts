import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import yazl from 'yazl'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unzip } from '../../../blocks/archives/unzip.ts'
import { zip } from '../../../blocks/archives/zip.ts'
import { runBlockTest } from '../../../shared/blocks/testing/run-block-test.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { overlappingZip, zeros } from '../../support/files/bombs.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { openBlockHost, type BlockHost } from '../block-host.ts'
import { filesOf } from './files-of.ts'

let host: BlockHost
beforeAll(async () => {
  host = await openBlockHost()
})
afterAll(() => host[Symbol.asyncDispose]())

const files = { '/Größe.txt': 'one', '/b/größe.txt': 'two', '/con.txt': 'x'.repeat(100_000) }
const inputs = Object.keys(files).map((path) => `workspace://${path}`)

async function zipped(): Promise<Buffer> {
  const [archive = Buffer.alloc(0)] = await filesOf(host.host, zip, {
    files,
    input: { files: inputs },
    output: [['archive', /#application\/zip$/]],
    name: 'archive',
  })
  return archive
}

test.skipIf(skipWithoutProgram('unzip'))('Info-ZIP extracts an archive that Zip made', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'a.zip')
  await writeFile(path, await zipped())
  execFileSync('unzip', ['-tq', path])
  const names = execFileSync('unzip', ['-Z1', path]).toString().trim().split('\n')
  expect(names).toEqual(['Größe.txt', 'größe (2).txt', '_con.txt'])
})

test('Zip makes the same bytes of the same files', async () => {
  const [first, second] = [await zipped(), await zipped()]
  expect(first.equals(second)).toBe(true)
  expect(first.length).toBeLessThan(2000)
})

async function zipOfZeros(sizeBytes: number): Promise<Buffer> {
  const archive = new yazl.ZipFile()
  archive.addReadStream(zeros(sizeBytes), 'zeros.bin')
  archive.end()
  return buffer(archive.outputStream)
}

test.each([
  ['of 65 MiB of zeros', () => zipOfZeros(65 * 1024 ** 2)],
  ['whose entries share bytes', async () => overlappingZip(300, 2 ** 20)],
])('Unzip refuses a bomb %s', async (_, make) => {
  await runBlockTest(host.host, unzip, {
    files: { '/bomb.zip': await make() },
    input: { archive: 'workspace:///bomb.zip' },
    output: [['error', /could be a bomb|cannot be read|could not be scanned|refused/]],
  })
  expect(await host.left()).toEqual([])
})

test('Unzip extracts 63 MiB of zeros', async () => {
  const sizeBytes = 63 * 1024 ** 2
  const [bytes] = await filesOf(host.host, unzip, {
    files: { '/zeros.zip': await zipOfZeros(sizeBytes) },
    input: { archive: 'workspace:///zeros.zip' },
    output: [
      ['file', /#application\/octet-stream$/],
      ['path', 'zeros.bin'],
    ],
    name: 'file',
  })
  expect(bytes?.length).toBe(sizeBytes)
})
