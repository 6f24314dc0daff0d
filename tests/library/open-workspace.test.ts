import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkspace, type FileRecord } from '../../library/index.ts'
import { assertNode, oldestNode } from '../../library/node-version.ts'
import { scriptedClamd, type Script } from '../support/clamd/scripted-clamd.ts'
import { openLibraryWorld, type LibraryWorld } from './library-world.ts'

let world: LibraryWorld

beforeAll(async () => {
  world = await openLibraryWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())

/** A scanner that reports its version and closes the connection on every file. */
const hangUp: Script = async ({ socket, until }) => {
  const command = await until((received) => received.includes(0))
  if (command.includes('VERSION')) socket.end('ClamAV 1.4.6\0')
  else socket.destroy()
}

describe('openWorkspace', () => {
  test('finds files that an earlier program wrote to the directory', async () => {
    {
      await using first = await openWorkspace({ userId: 'ann', env: world.env })
      await first.write('/kept.txt', 'kept')
    }
    await using second = await openWorkspace({ userId: 'ann', env: world.env })
    expect(await second.get('/kept.txt')).toMatchObject({ state: 'ready', sizeBytes: 4 })
  })

  test('scans files that another program left pending', async () => {
    await using broken = await scriptedClamd(hangUp)
    const { CLAMAV_SOCKET: _, ...elsewhere } = world.env
    const env = {
      ...elsewhere,
      CLAMAV_SERVICE_HOST: broken.host,
      CLAMAV_SERVICE_PORT: `${broken.port}`,
    }
    const warned = Promise.withResolvers<string>()
    const { id } = await (async () => {
      await using first = await openWorkspace({ env, onWarning: warned.resolve })
      const options = { waitSeconds: 0 }
      const refusal = await first.write('/late.txt', 'x', options).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ code: 'not-scanned', file: { state: 'pending' } })
      expect(await warned.promise).toContain('will be retried')
      return (refusal as { file: FileRecord }).file
    })()
    await using second = await openWorkspace({ env: world.env })
    await expect.poll(async () => (await second.get(id)).state, { timeout: 10_000 }).toBe('ready')
  })

  test('names an invalid variable', async () => {
    const env = { ...world.env, MAX_FILE_SIZE_MB: 'many' }
    await expect(openWorkspace({ env })).rejects.toThrow(/MAX_FILE_SIZE_MB/)
  })

  test('requires no sign-in configuration on Cloud Run', async () => {
    const env = { ...world.env, K_SERVICE: 'block', K_CONFIGURATION: 'block' }
    await using workspace = await openWorkspace({ env })
    expect(await workspace.write('/on-cloud-run.txt', 'x')).toMatchObject({ state: 'ready' })
  })

  test('requires a user id with Cloud Storage', async () => {
    const env = { MEDIA_GCS_BUCKET_NAME: 'files', GOOGLE_CLOUD_PROJECT: 'demo' }
    await expect(openWorkspace({ env })).rejects.toMatchObject({ code: 'invalid-request' })
  })

  test('reports the scanner in use', async () => {
    await using workspace = await openWorkspace({ env: world.env })
    expect(workspace.scannerNotice).toMatch(/^Files are (scanned|checked)/)
  })

  test('sweep reports no failures', async () => {
    await using workspace = await openWorkspace({ env: world.env })
    expect(await workspace.sweep()).toMatchObject({ failureCount: 0 })
  })

  test('rejects an old Node.js version and names the required one', () => {
    expect(() => assertNode('22.20.0')).toThrow('Coffer needs Node 24 or later')
    expect(() => assertNode(`${oldestNode}.0.0`)).not.toThrow()
  })
})
