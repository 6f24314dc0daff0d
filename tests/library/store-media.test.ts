import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  openWorkspace,
  parseReference,
  storeMedia,
  type OpenWorkspace,
} from '../../library/index.ts'
import { eicar } from '../support/files/eicar.ts'
import { openLibraryWorld, openWebServer, type LibraryWorld } from './library-world.ts'

let opened: AsyncDisposableStack
let world: LibraryWorld
let workspace: OpenWorkspace
let url: string

beforeAll(async () => {
  opened = new AsyncDisposableStack()
  world = opened.use(await openLibraryWorld())
  const web = opened.use(
    await openWebServer((_, response) => {
      response.setHeader('Content-Type', 'text/plain').end('from the web')
    }),
  )
  url = `${web.origin}/note.txt`
  const fetchPolicy = { allowedPorts: [web.port], isAllowed: () => true }
  workspace = opened.use(await openWorkspace({ userId: 'ann', env: world.env, fetchPolicy }))
})
afterAll(() => opened?.disposeAsync())

const inRun = (executionId: string) => ({ context: { executionId } })

describe('storeMedia of the library', () => {
  test('stores a URL in the directory of the execution until cleanExecution', async () => {
    const run = randomUUID()
    const path = await storeMedia(workspace, {
      file: url,
      ...inRun(run),
      returnFormat: 'for_local_processing',
    })
    expect(await readFile(join(workspace.executionDirectory(run), path), 'utf8')).toBe(
      'from the web',
    )
    await workspace.cleanExecution(run)
    expect(await world.left()).not.toContain(run)
  })

  test('stores a file that a program wrote to the directory in the workspace', async () => {
    const run = randomUUID()
    await storeMedia(workspace, { file: url, ...inRun(run), returnFormat: 'for_local_processing' })
    await writeFile(join(workspace.executionDirectory(run), 'made.txt'), 'made')
    const reference = await storeMedia(workspace, {
      file: 'made.txt',
      ...inRun(run),
      returnFormat: 'for_block_output',
    })
    expect(parseReference(reference)).toMatchObject({ mimeType: 'text/plain' })
    expect(await workspace.get(reference)).toMatchObject({ name: 'made.txt', state: 'ready' })
    const uri = await storeMedia(workspace, {
      file: reference,
      ...inRun(run),
      returnFormat: 'for_external_api',
    })
    expect(uri).toBe(`data:text/plain;base64,${Buffer.from('made').toString('base64')}`)
    await workspace.cleanExecution(run)
  })

  test('reads and writes only the session that the workspace is bound to', async () => {
    const bound = workspace.forUser('ann', 'run-1')
    const request = { file: 'data:,x', returnFormat: 'for_block_output' } as const
    const reference = await storeMedia(bound, { ...request, ...inRun('e-1') })
    expect(await workspace.get(reference)).toMatchObject({ sessionId: 'run-1' })
    const outside = await workspace.write('/outside.txt', 'x')
    const file = `workspace://${outside.id}`
    await expect(storeMedia(bound, { ...request, file, ...inRun('e-1') })).rejects.toMatchObject({
      code: 'not-found',
    })
    const elsewhere = { executionId: 'e-1', sessionId: 'run-2' }
    await expect(storeMedia(bound, { ...request, context: elsewhere })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  test('rejects a loopback URL unless the fetch policy allows it', async () => {
    await using other = await openWorkspace({ env: world.env })
    const request = { file: url, ...inRun('e-2'), returnFormat: 'for_external_api' } as const
    await expect(storeMedia(other, request)).rejects.toMatchObject({ code: 'invalid-request' })
  })

  test('rejects an infected file with a code and leaves no files', async () => {
    const file = `data:text/plain;base64,${eicar().toString('base64')}`
    for (const returnFormat of ['for_local_processing', 'for_external_api'] as const) {
      await expect(
        storeMedia(workspace, { file, ...inRun('e-3'), returnFormat }),
      ).rejects.toMatchObject({ code: 'infected' })
    }
    expect(await world.left()).toEqual([])
  })
})
