import { expect, test } from 'vitest'
import { rescanRoutes } from '../../functions/rescan.ts'
import type { Config } from '../../shared/config/config.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import { httpApp } from '../support/http/http-app.ts'
import { virus } from '../support/clamd/signature-scanner.ts'
import { openRescanWorld } from '../workspace/scan/rescan-world.ts'

const rescan = { bytesPerMinute: 1000, filesPerMinute: 1 }
const open = { auth: { mode: 'local' as const, origins: [] }, sweepInvoker: undefined }

async function openFunction(config: Pick<Config, 'rescan' | 'auth' | 'sweepInvoker'>) {
  const world = await openRescanWorld()
  const log: LogEntry[] = []
  const { app } = httpApp((routes) =>
    routes.route(
      '/',
      rescanRoutes(world.ports, config, (entry) => log.push(entry)),
    ),
  )
  const call = (query = '') => app.request(`/api/workspace/rescan${query}`, { method: 'POST' })
  return { world, log, call, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

test('a call scans as many files as the rate allows, and the next call continues', async () => {
  await using service = await openFunction({ ...open, rescan })
  const { world, call, log } = service
  for (const text of ['one', 'evil', 'three', 'four']) await world.ready(`/${text}`, text)
  world.scanner.learn({ evil: virus })
  expect(await (await call('?minutes=2')).json()).toMatchObject({ scanned: 2, complete: false })
  expect(await (await call()).json()).toMatchObject({
    scanned: 2,
    infectedAfterwards: [{ threat: 'Test.Virus' }],
    complete: true,
  })
  expect(log.map(({ severity }) => severity)).toEqual(['INFO', 'ERROR'])
})

test.each(['0', '61', 'x'])('rejects minutes=%s', async (minutes) => {
  await using service = await openFunction({ ...open, rescan })
  expect((await service.call(`?minutes=${minutes}`)).status).toBe(400)
})

test('answers off and scans nothing if no rate is configured', async () => {
  await using service = await openFunction({ ...open, rescan: undefined })
  await service.world.ready('/a', 'a')
  service.world.scanner.learn()
  expect(await (await service.call()).json()).toEqual({ off: true })
  expect(service.world.scanner.scanned).toEqual([])
})

test('rejects callers other than the scheduler', async () => {
  const auth = { mode: 'firebase' as const, projectId: 'p', emulator: false }
  await using service = await openFunction({ auth, sweepInvoker: undefined, rescan })
  expect((await service.call()).status).toBe(403)
})
