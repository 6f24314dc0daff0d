import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBlocks } from '../../functions/host/open-blocks.ts'
import { loadConfig } from '../../shared/config/load-config.ts'
import { openRuntime } from '../../shared/runtime/runtime.ts'
import { openLibraryWorld, openWebServer, type LibraryWorld } from './library-world.ts'
import { openInstalledProject, openLinkedProject, type PackedProject } from './packed-project.ts'

const node = process.execPath
const reference = /^workspace:\/\/[0-9a-f-]{36}#image\/webp$/

/** A program that uses the package, for the strictest settings of the compiler. */
const uses = `
import { CofferError, createCoffer, type ReadyFile as Uploaded } from 'coffer/client'
import { clientOf, CofferFile, createClient, seenBy, type FileClient } from 'coffer/web'
import { events, type FileEvent } from 'coffer/client/events'
import { formatReference, openWorkspace, parseReference, storeMedia, WorkspaceError } from 'coffer'
import type { ErrorCode, FileRecord, OpenWorkspace, ReadyFile, Reference, Workspace } from 'coffer'

export async function use(options: { url: string }): Promise<string> {
  await using opened: OpenWorkspace = await openWorkspace({ userId: 'ann', env: {} })
  const workspace: Workspace = opened.forUser('ben', 'run-1')
  const written: ReadyFile = await workspace.write('/a.txt', 'text', { metadata: { run: 1 } })
  const { file, body } = await workspace.read(written.id, { start: 0, end: 1 })
  for await (const chunk of body) void chunk
  const record: FileRecord = await workspace.get(file.path)
  if (record.state === 'infected') return record.scan.threat
  const answer: string = await storeMedia(workspace, {
    file: options.url,
    context: { executionId: 'run-1' },
    returnFormat: 'for_block_output',
  })
  const named: Reference = parseReference(answer)
  return formatReference(named)
}

export async function send(file: Blob): Promise<string> {
  const coffer = createCoffer({ baseUrl: 'https://files.example.com', token: () => 'token' })
  const uploaded: Uploaded = await coffer.upload(file, { path: '/a.txt' }).done
  for await (const { path } of coffer.files({ prefix: '/', total: true })) if (path === '') break
  for await (const event of events(coffer, { after: 0 })) {
    const seen: FileEvent = event
    if (seen.type === 'ready') return seen.fileId
  }
  return uploaded.checksum
}

export function reasonOf(error: unknown): string {
  return error instanceof CofferError && error.code === 'path-taken' ? error.message : 'other'
}

export function explain(error: unknown): string {
  if (!(error instanceof WorkspaceError)) throw error
  const code: ErrorCode = error.code
  switch (code) {
    case 'infected':
    case 'unscannable':
      return 'unsafe'
    default:
      return error.message
  }
}

export function show(messages: { parts: { type: string }[] }[]): HTMLElement {
  const coffer = createCoffer({ baseUrl: 'https://files.example.com' })
  const own: FileClient = { ...clientOf(coffer), text: async () => '' }
  CofferFile.client = createClient({ api: '/api/workspace', getToken: ({ refresh }) => String(refresh) })
  const seen = seenBy(messages, { inputs: ['text'] })('workspace:///a.png')
  return Object.assign(new CofferFile(), { src: 'workspace:///a.png', seen, client: own })
}

// @ts-expect-error The format does not exist.
export const wrong: Parameters<typeof storeMedia>[1]['returnFormat'] = 'for_nobody'
`

/** A block of another package. */
const foreignBlock = `
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BlockExecutionError, defineBlock, media, outputMedia } from 'coffer/blocks'

export const shout = defineBlock({
  id: '7f0c9a4e-1c5d-4b8e-9f5a-2f7b6c1d3e40',
  name: 'AcmeShout',
  description: 'Writes a text in capitals.',
  categories: ['text'],
  input: z.object({ file: media({ accept: 'text/plain' }) }),
  output: z.object({ file: outputMedia(), letters: z.int() }),
  async *run({ input, output, context }) {
    const text = await readFile(join(context.directory, input.file), 'utf8')
    if (text === '-') throw new BlockExecutionError('There is nothing to shout.')
    yield output.file('data:text/plain,' + encodeURIComponent(text.toUpperCase()))
    yield output.letters(text.length)
  },
  tests: [{ input: { file: 'data:,hello' }, output: [['file', /^workspace:/], ['letters', 5]] }],
})
`

/** Runs the block in the library. */
const runsBlock = `
import { openWorkspace } from 'coffer'
import { shout } from './acme.ts'

await using workspace = await openWorkspace({ userId: 'ann' })
for (const file of ['data:,hello', 'data:,-']) {
  for await (const event of workspace.runBlock(shout, { file })) console.log(JSON.stringify(event))
}
const { files } = await workspace.list()
const { body } = await workspace.read(files[0].id)
console.log(String(Buffer.concat(await body.toArray())))
`

/** The example with a server on this machine. Fetching from it requires a policy in code. */
const overLoopback = `
import { openWorkspace } from 'coffer'
import { thumbnail } from './thumbnail.ts'

const url = new URL(process.argv[2] ?? '')
const fetchPolicy = { allowedPorts: [Number(url.port)], isAllowed: () => true }
await using workspace = await openWorkspace({ userId: 'ann', fetchPolicy })
const reference = await thumbnail(workspace, url.href, 64)
const { file, body } = await workspace.read(reference)
const bytes = Buffer.concat(await body.toArray())
console.log(JSON.stringify({ reference, name: file.name, bytes: bytes.toString('base64') }))
`

let world: LibraryWorld

beforeAll(async () => {
  world = await openLibraryWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())

/** Opens the blocks of the service with modules. Resolves to how two runs of the block end. */
async function endsWith(modules: string[]): Promise<object[]> {
  const env = { ...world.env, BLOCK_MODULES: modules.join() }
  const config = loadConfig(env, { isServed: false })
  await using runtime = await openRuntime(config, () => undefined)
  const { registry, executor } = await openBlocks(runtime.ports, config, () => undefined)
  const [block] = registry.find({ q: 'AcmeShout' })
  if (!block) throw new Error('The block was not loaded')
  const caller = { workspaceId: 'ben' }
  const { signal } = new AbortController()
  const ends: object[] = []
  for (const file of ['data:,hello', 'data:,-']) {
    const events = executor.execute({ block, caller, signal, input: { file } })
    for await (const event of events) {
      if (event.type === 'completed' || event.type === 'failed') ends.push(event)
    }
  }
  return ends
}

describe('the package in another project', () => {
  let project: PackedProject

  beforeAll(async () => {
    project = await openLinkedProject()
  })
  afterAll(() => project?.[Symbol.asyncDispose]())

  const dist = () => project.files.filter((file) => file.endsWith('.js'))
  const read = (file: string) =>
    readFile(join(project.directory, 'node_modules/coffer', file), 'utf8')

  test('contains built code and types, no tests, and no source except "main"', () => {
    const others = project.files.filter((file) => !/^dist\/.+\.(js|d\.ts)$/.test(file))
    expect(others.sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist/infra/clamav/clamd.conf',
      'dist/infra/clamav/coffer.ldb',
      'dist/infra/clamav/coffer.ndb',
      'functions/index.ts',
      'package.json',
    ])
    expect(project.files).toContain('dist/library/index.js')
    expect(project.files).toContain('dist/library/index.d.ts')
  })

  test('imports only its own dependencies', async () => {
    const all = dist().map((file) => `await import('./node_modules/coffer/${file}')`)
    await project.run(node, ['--input-type=module', '-e', all.join('\n')])
    const ours = `await import('vitest')`
    await expect(project.run(node, ['--input-type=module', '-e', ours])).rejects.toThrow(
      'ERR_MODULE_NOT_FOUND',
    )
  })

  test('contains every file that code reachable from the entry imports or reads', async () => {
    const reached = new Set(['dist/library/index.js'])
    const wanted = new Set<string>()
    for (const file of reached) {
      const code = await read(file)
      const from = (path = '') => new URL(path, `file:///${file}`).pathname.slice(1)
      for (const [, path] of code.matchAll(/\b(?:from|import)[ (]'(\.[^']+\.js)'/g))
        reached.add(from(path))
      for (const [, path] of code.matchAll(/new URL\('([^']+)', import\.meta/g))
        wanted.add(from(path))
    }
    expect(reached).toContain('dist/shared/adapters/clamd/clamd-process.js')
    expect(wanted).toContain('dist/infra/clamav/clamd.conf')
    expect(wanted).toContain('dist/infra/clamav/coffer.ndb')
    expect(project.files).toEqual(expect.arrayContaining([...reached, ...wanted]))
  })

  test('exports one entry and rejects imports of other files', async () => {
    const names = `import * as it from 'coffer'; console.log(Object.keys(it).sort().join())`
    expect((await project.run(node, ['--input-type=module', '-e', names])).trim()).toBe(
      'WorkspaceError,formatReference,openWorkspace,parseReference,storeMedia',
    )
    const inside = `await import('coffer/dist/shared/runtime.js')`
    await expect(project.run(node, ['--input-type=module', '-e', inside])).rejects.toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    )
  })

  test('exports the client, which imports no package', async () => {
    const names = `import * as it from 'coffer/client'; console.log(Object.keys(it).sort().join())`
    expect((await project.run(node, ['--input-type=module', '-e', names])).trim()).toBe(
      'CofferError,createCoffer',
    )
    const events = `import { events } from 'coffer/client/events'; console.log(typeof events)`
    expect(await project.run(node, ['--input-type=module', '-e', events])).toBe('function\n')
    const files = dist().filter((file) => file.startsWith('dist/shared/client/'))
    const imports = await Promise.all(files.map(read))
    expect(imports.join('\n').match(/from '(?!\.)[^']+'/g)).toBeNull()
  })

  test('exports the element for browsers, which imports no package and which Node can load', async () => {
    const names = `import * as it from 'coffer/web'; console.log(Object.keys(it).sort().join())`
    expect((await project.run(node, ['--input-type=module', '-e', names])).trim()).toBe(
      'CofferFile,clientOf,createClient,seenBy',
    )
    const files = dist().filter((file) => file.startsWith('dist/web/'))
    expect(files.length).toBeGreaterThan(10)
    const imports = await Promise.all(files.map(read))
    expect(imports.join('\n').match(/from '(?!\.)[^']+'/g)).toBeNull()
  })

  test('has types that compile in strict mode without skipLibCheck', async () => {
    await writeFile(join(project.directory, 'uses.ts'), uses)
    const compiler = 'node_modules/typescript/bin/tsc'
    expect(await project.run(node, [compiler, '--skipLibCheck', 'false'])).toBe('')
  })

  test('a block of another package runs in the library', async () => {
    await writeFile(join(project.directory, 'acme.ts'), foreignBlock)
    await writeFile(join(project.directory, 'runs-block.js'), runsBlock)
    const output = await project.run(node, ['runs-block.js'], world.env)
    const lines = output.trim().split('\n')
    expect(lines.pop()).toBe('HELLO')
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { type: 'started' },
      { type: 'output', name: 'file', value: expect.stringMatching(/#text\/plain$/) },
      { type: 'output', name: 'letters', value: 5 },
      { type: 'completed', cost: 0 },
      { type: 'started' },
      { type: 'failed', code: 'block-failed', detail: 'There is nothing to shout.' },
    ])
    expect(await world.left()).toEqual([])
  })

  test('the service loads a block of another package by BLOCK_MODULES, and no id or name twice', async () => {
    const path = join(project.directory, 'acme.ts')
    await writeFile(path, foreignBlock)
    expect(await endsWith([path])).toMatchObject([
      { type: 'completed' },
      { code: 'block-failed', detail: 'There is nothing to shout.' },
    ])
    await expect(endsWith([path, path])).rejects.toThrow('have the same id')
    await writeFile(join(project.directory, 'none.js'), 'export const none = 1')
    await expect(endsWith([join(project.directory, 'none.js')])).rejects.toThrow('exports no block')
  })

  test('the example makes a thumbnail of a URL and returns a reference', async () => {
    const photo = await sharp({
      create: { width: 640, height: 480, channels: 3, background: 'teal' },
    })
      .jpeg()
      .toBuffer()
    await using web = await openWebServer((_, response) => {
      response.setHeader('Content-Type', 'image/jpeg').end(photo)
    })
    await writeFile(join(project.directory, 'over-loopback.ts'), overLoopback)
    const url = `${web.origin}/photo.jpg`
    const made = JSON.parse(await project.run(node, ['over-loopback.ts', url], world.env)) as {
      reference: string
      name: string
      bytes: string
    }
    expect(made.reference).toMatch(reference)
    expect(made.name).toBe('photo-64px.webp')
    expect(await sharp(Buffer.from(made.bytes, 'base64')).metadata()).toMatchObject({
      format: 'webp',
      width: 64,
      height: 48,
    })
    expect(await world.left()).toEqual([])
  })

  test('the example rejects a loopback URL with a code and leaves no files', async () => {
    const ran = project.run(node, ['main.ts', 'http://127.0.0.1/photo.jpg'], world.env)
    await expect(ran).rejects.toThrow('invalid-request: source:')
    expect(await world.left()).toEqual([])
  })
})

describe.runIf(process.env['CI'])('the package installed by npm', () => {
  test('runs the example', { timeout: 300_000 }, async () => {
    await using project = await openInstalledProject()
    const png = await sharp({ create: { width: 90, height: 90, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const source = `data:image/png;base64,${png.toString('base64')}`
    expect((await project.run(node, ['main.ts', source], world.env)).trim()).toMatch(reference)
    await project.run('npx', ['tsc'])
  })
})
