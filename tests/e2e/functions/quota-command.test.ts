import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { expectProblem } from '../../support/http/problem.ts'
import { compileCache } from '../../support/compile-cache.ts'
import { startFunction } from './function-server.ts'

const program = fileURLToPath(new URL('../../../functions/host/quota-now.ts', import.meta.url))
const run = promisify(execFile)

it(
  'npm run quota shows and sets a user’s quota while a server runs',
  { timeout: 120_000 },
  async () => {
    const storage = await mkdtemp(join(tmpdir(), 'coffer-quota-'))
    const limits = { WORKSPACE_MAX_OPEN_UPLOADS: '2', WORKSPACE_MAX_FILES: '9' }
    const quota = async (...args: string[]) => {
      const env = { ...compileCache, WORKSPACE_STORAGE_DIR: storage, ...limits }
      const { stdout } = await run(process.execPath, [program, ...args], { env })
      return JSON.parse(stdout) as unknown
    }
    try {
      await using api = await startFunction('api', { storage, env: limits })
      const url = `${api.url}/api/workspace`
      const headers = { Authorization: 'Bearer local:ann' }
      const put = await fetch(`${url}/content/a.txt`, { method: 'PUT', body: 'hello', headers })
      expect(put.status).toBe(201)
      const shown = {
        user: 'ann',
        usedBytes: 5,
        recordCount: 1,
        recordLimit: 9,
        trashRetentionDays: 30,
        openUploadLimit: 2,
      }
      expect(await quota('ann')).toMatchObject({ ...shown, limitBytes: 5120 * 1024 * 1024 })
      expect(await quota('ann', '0.5')).toMatchObject({ ...shown, limitBytes: 512 * 1024 })
      const usage = await fetch(`${url}/usage`, { headers })
      const records = { recordCount: 1, recordLimit: 9, openUploads: 0, openUploadLimit: 2 }
      expect(await usage.json()).toMatchObject({ limitBytes: 512 * 1024, ...records })
      const bytes = new Uint8Array(512 * 1024)
      const large = await fetch(`${url}/content/b`, { method: 'PUT', body: bytes, headers })
      await expectProblem(large, 413, 'quota-exceeded')
      const reset = { limitBytes: 5120 * 1024 * 1024 }
      expect(await quota('ann', 'default')).toMatchObject(reset)
      await expect(quota('nobody')).rejects.toMatchObject({
        code: 1,
        stderr:
          'This user has stored nothing yet. Check the user id, or set a quota ahead of the first upload.\n',
      })
      const wrong = [[], ['ann', '-1'], ['ann', '0'], ['ann', 'much'], ['', '1'], ['a', '1', '2']]
      const refusals = await Promise.allSettled(wrong.map((args) => quota(...args)))
      expect(refusals).toMatchObject(wrong.map(() => ({ status: 'rejected', reason: { code: 2 } })))

      const open = (name: string) =>
        fetch(`${url}/uploads`, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json' },
          body: JSON.stringify({ path: name, sizeBytes: 0, metadata: { a: 'x' } }),
        })
      expect((await open('/1')).status).toBeLessThan(300)
      expect((await open('/2')).status).toBeLessThan(300)
      const third = await open('/3')
      expect(third.headers.get('retry-after')).not.toBeNull()
      await expectProblem(third, 429, 'too-many-requests')
      expect(await (await fetch(`${url}/usage`, { headers })).json()).toMatchObject({
        openUploads: 2,
        metadataBytes: 2 * '{"a":"x"}'.length,
      })
    } finally {
      await rm(storage, { recursive: true, force: true })
    }
  },
)
