import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parsePath, parseSessionId } from '../../shared/model/path.ts'
import { zipOf } from '../../shared/workspace/archive/zip.ts'
import { archiveEntries, type ArchiveEntry } from '../../shared/workspace/archive/entries.ts'
import { createLink, findLink } from '../../shared/workspace/archive/link.ts'
import { selectFiles } from '../../shared/workspace/archive/select.ts'
import { remove } from '../../shared/workspace/delete.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { isInstalled, skipWithoutProgram } from '../support/programs.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from './local-workspace.ts'

const run = promisify(execFile)
const folder = { folder: '/' }

let workspace: LocalWorkspace
let directory: string

beforeEach(async () => {
  workspace = await openLocalWorkspace()
  directory = await mkdtemp(join(tmpdir(), 'coffer-archive-'))
})
afterEach(async () => {
  await workspace[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

async function store(path: string, text = path): Promise<string> {
  const { id, storagePath } = await workspace.upload(path, text)
  const blob = await workspace.ports.blobs.stat(storagePath)
  if (blob) await scan(workspace.ports, blob)
  return id
}

async function namesOf(entries: AsyncIterable<ArchiveEntry>): Promise<string[]> {
  const names: string[] = []
  for await (const { name, body } of entries) {
    names.push(name)
    body.destroy()
  }
  return names
}

async function* entriesOf(...bodies: Readable[]): AsyncGenerator<ArchiveEntry> {
  for (const [index, body] of bodies.entries()) {
    yield { name: `${index}`, sizeBytes: 4, modifiedAt: new Date(), body }
  }
}

async function* broken() {
  yield 'by'
  throw new Error('The disk is gone')
}

function raise(error: unknown): never {
  throw error
}

/** Programs that unpack an archive into a directory. */
const unpackers: [name: string, argumentsOf: (zip: string, to: string) => string[]][] = [
  ['unzip', (zip, to) => ['-q', zip, '-d', to]],
  ['python3', (zip, to) => ['-m', 'zipfile', '-e', zip, to]],
  ['7z', (zip, to) => ['x', '-bd', `-o${to}`, zip]],
  ['bsdtar', (zip, to) => ['-xf', zip, '-C', to]],
  ['jar', (zip) => ['-x', '-f', zip]],
]

describe('an archive', () => {
  it.for(unpackers)('is unpacked by %s', async ([program, argumentsOf], { skip }) => {
    // CI installs every unpacker except Java.
    const isMissing = program === 'jar' ? !isInstalled(program) : skipWithoutProgram(program)
    skip(isMissing, `${program} is not installed`)
    const paths = ['/a.txt', '/Ä/休日 😀.txt', '/Ä/Привет/x', '/empty', '/عربي.txt']
    for (const path of paths) await store(path, path === '/empty' ? '' : path)
    const zip = join(directory, 'files.zip')
    await writeFile(zip, zipOf(archiveEntries(workspace.ports, caller, folder), raise))
    const to = join(directory, 'unpacked')
    await mkdir(to)
    await run(program, argumentsOf(zip, to), {
      cwd: to,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    })
    const found = await readdir(to, { recursive: true, withFileTypes: true })
    const files = found.filter((entry) => entry.isFile())
    expect(files).toHaveLength(paths.length)
    for (const path of paths) {
      const text = await readFile(join(to, path), 'utf8')
      expect(text).toBe(path === '/empty' ? '' : path)
    }
  })

  it('fails if the bytes of an entry fail, or are not as many as its record says', async () => {
    for (const body of [
      Readable.from(broken()),
      Readable.from(['byt']),
      Readable.from(['bytes']),
    ]) {
      const reported: unknown[] = []
      const report = (error: unknown) => void reported.push(error)
      const zip = zipOf(entriesOf(Readable.from(['four']), body), report)
      await expect(buffer(zip as never)).rejects.toThrow(/disk is gone|bytes/)
      expect(reported).toHaveLength(1)
    }
  })

  it('ends the entries when the client disconnects', async () => {
    const body = Readable.from(['by', 'te'])
    const next = Readable.from(['next'])
    const zip = zipOf(entriesOf(body, next), raise)
    const reader = zip.getReader()
    await reader.read()
    await reader.cancel()
    expect(body.destroyed).toBe(true)
    expect(next.readableDidRead).toBe(false)
  })

  it('leaves out a file that was deleted or moved away before its turn', async () => {
    for (const path of ['/a/1', '/a/2', '/a/3']) await store(path)
    const entries = archiveEntries(workspace.ports, caller, { folder: '/a/' })
    const first = await entries.next()
    expect(first.value?.name).toBe('a/1')
    await remove(workspace.ports, caller, { path: parsePath('/a/2') })
    const rest = await namesOf(entries)
    expect(rest).toEqual(['a/3'])
    first.value?.body.destroy()
  })

  it('refuses more files than an archive has', async () => {
    for (const path of ['/a/1', '/a/2', '/a/3']) await store(path)
    const { ports } = workspace
    const select = (maxFiles: number) => selectFiles(ports, caller, { folder: '/a/' }, maxFiles)
    await expect(select(2)).rejects.toMatchObject({ code: 'too-large' })
    expect(await select(3)).toEqual({ folder: '/a/' })
  })

  it('a link reveals no token to the store, and ends with its expiry', async () => {
    const request = { selection: { folder: '/a/' }, expiresInSeconds: 60 }
    const { token } = await createLink(
      workspace.ports,
      { ...caller, session: parseSessionId('s') },
      request,
    )
    expect(await findLink(workspace.ports, token)).toEqual({
      caller: { workspaceId: 'ann', session: 's' },
      selection: request.selection,
    })
    workspace.pass(61_000)
    await expect(findLink(workspace.ports, token)).rejects.toMatchObject({ code: 'forbidden' })
  })
})
