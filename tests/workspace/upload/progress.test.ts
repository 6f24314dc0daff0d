import { expect, test } from 'vitest'
import type { PendingFile } from '../../../shared/model/file.ts'
import { trackProgress } from '../../../shared/workspace/upload/progress.ts'
import { scan } from '../../../shared/workspace/scan/scan.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from '../local-workspace.ts'

/** Tells whether the first progress update cancels the transfer. */
async function isCancelled({ ports: { catalog } }: LocalWorkspace, file: PendingFile) {
  const noted = Promise.withResolvers<void>()
  const observed: Parameters<typeof trackProgress>[0] = {
    get: (workspaceId, id) => catalog.get(workspaceId, id),
    noteProgress: async (...note) => catalog.noteProgress(...note).finally(noted.resolve),
  }
  let cancelled = false
  const cancel = () => void (cancelled = true)
  const tracking = trackProgress(observed, file, { receivedBytes: () => 1, cancel, seconds: 0.001 })
  await noted.promise
  await tracking[Symbol.asyncDispose]()
  return cancelled
}

test('trackProgress continues a transfer while its file is pending', async () => {
  await using workspace = await openLocalWorkspace()
  expect(await isCancelled(workspace, await workspace.upload('/a.txt', 'hello'))).toBe(false)
})

test('trackProgress cancels a transfer when its file is deleted', async () => {
  await using workspace = await openLocalWorkspace()
  const file = await workspace.upload('/a.txt', 'hello')
  await workspace.ports.catalog.remove(caller.workspaceId, file.id)
  expect(await isCancelled(workspace, file)).toBe(true)
})

test('trackProgress continues a transfer when its file is settled before the store answers', async () => {
  await using workspace = await openLocalWorkspace()
  const file = await workspace.upload('/a.txt', 'hello')
  const blob = await workspace.ports.blobs.stat(file.storagePath)
  if (blob) await scan(workspace.ports, blob)
  expect(await isCancelled(workspace, file)).toBe(false)
})
