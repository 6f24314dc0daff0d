import { expect, test } from 'vitest'
import { WorkspaceError } from '../../../shared/model/errors.ts'
import type { FileRecord } from '../../../shared/model/file.ts'
import type { Ports } from '../../../shared/ports/ports.ts'
import { awaitOwnVerdict } from '../../../shared/workspace/upload/upload.ts'

test.each([
  ['store-unavailable', 0],
  ['gone', 1],
] as const)(
  'after %s from the catalog the stored bytes are deleted %i times',
  async (code, deletions) => {
    let deleted = 0
    const fail = async () => {
      throw new WorkspaceError(code, 'as the catalog says')
    }
    const catalog = { get: fail, awaitSettled: fail }
    const blobs = { remove: async () => void (deleted += 1) }
    const file = { id: 'f', workspaceId: 'u', storagePath: 'local://u/f' } as unknown as FileRecord
    const ports = { catalog, blobs } as unknown as Pick<Ports, 'catalog' | 'blobs'>
    await expect(awaitOwnVerdict(ports, file, { seconds: 0 })).rejects.toMatchObject({ code })
    expect(deleted).toBe(deletions)
  },
)
