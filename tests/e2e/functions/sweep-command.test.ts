import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { compileCache } from '../../support/compile-cache.ts'
import { startFunction } from './function-server.ts'

const program = fileURLToPath(new URL('../../../functions/host/sweep-now.ts', import.meta.url))
const run = promisify(execFile)

it('npm run sweep reports as JSON while a server runs, and changes nothing with --dry-run', async () => {
  const storage = await mkdtemp(join(tmpdir(), 'coffer-sweep-'))
  const sweep = async (...args: string[]) => {
    // A closed port and no PATH select the development scanner.
    const env = { ...compileCache, WORKSPACE_STORAGE_DIR: storage, CLAMAV_SERVICE_PORT: '1' }
    const { stdout } = await run(process.execPath, [program, ...args], { env })
    return JSON.parse(stdout) as unknown
  }
  try {
    await using api = await startFunction('api', { storage })
    const url = `${api.url}/api/workspace`
    const put = await fetch(`${url}/content/a.txt`, { method: 'PUT', body: 'hello' })
    expect(put.status).toBe(201)
    const looked = {
      complete: true,
      failures: [],
      phases: { missing: { outcome: 'ended', examined: 1 } },
    }
    expect(await sweep('--dry-run')).toMatchObject({ dryRun: true, ...looked })
    expect(await sweep()).toMatchObject({ dryRun: false, missing: 0, orphans: 0, ...looked })
    expect((await fetch(`${url}/content/a.txt`)).status).toBe(200)
    await expect(sweep('--dry')).rejects.toMatchObject({ code: 2 })
  } finally {
    await rm(storage, { recursive: true, force: true })
  }
})
