import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { list } from '../../shared/workspace/list.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { openMedia } from '../../shared/workspace/store-media/store-media.ts'
import { openBlockHost } from './block-host.ts'

test('an output whose own scan fails after its finalize event was handled leaves no file', async () => {
  await using host = await openBlockHost()
  const { ports } = host.runtime
  const userId = randomUUID()
  const caller = { workspaceId: userId }
  let isFirst = true
  const scanner = {
    ...ports.scanner,
    version: () => ports.scanner.version(),
    async scan(...args: Parameters<typeof ports.scanner.scan>) {
      if (!isFirst) return ports.scanner.scan(...args)
      isFirst = false
      const [file] = (await list(ports, caller, { limit: 1 })).files
      const blob = file && (await ports.blobs.stat(file.storagePath))
      if (!blob) throw new Error('No blob')
      await scan(ports, blob)
      throw new Error('The client has left')
    },
  }
  const media = openMedia({ ...ports, scanner }, { temporaryDirectory: host.temporaryDirectory })
  const stored = media.storeMedia({
    file: 'data:text/plain,hello',
    context: { userId, workspaceId: userId, executionId: 'run' },
    returnFormat: 'for_block_output',
  })
  await expect(stored).rejects.toThrow(/scan|left/)
  expect((await list(ports, caller, { limit: 9 })).files).toEqual([])
  expect((await list(ports, caller, { limit: 9, deleted: true })).files).toEqual([])
})
