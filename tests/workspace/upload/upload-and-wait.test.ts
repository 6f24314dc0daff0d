import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WorkspaceError } from '../../../shared/model/errors.ts'
import type { PendingFile } from '../../../shared/model/file.ts'
import { scan } from '../../../shared/workspace/scan/scan.ts'
import { awaitOutcome, uploadAndWait } from '../../../shared/workspace/upload/upload-and-wait.ts'
import { eicar } from '../../support/files/eicar.ts'
import { caller, openLocalWorkspace, targetOf, type LocalWorkspace } from '../local-workspace.ts'

const text = 'hello'

describe('uploadAndWait', () => {
  let workspace: LocalWorkspace
  beforeEach(async () => {
    workspace = await openLocalWorkspace()
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  /** Uploads `/a.txt`; `onStored` runs between the write and the wait. */
  const store = (
    onStored: (file: PendingFile) => Promise<unknown>,
    { content = text, seconds = 0 }: { content?: string | Buffer; seconds?: number } = {},
  ) => {
    const { blobs } = workspace.ports
    let reserved: PendingFile | undefined
    const observed = new Proxy(blobs, {
      get(target, name: keyof typeof blobs) {
        const method = target[name].bind(target) as (...input: unknown[]) => Promise<unknown>
        if (name !== 'write') return method
        return async (...input: unknown[]) => {
          const written = await method(...input)
          if (reserved) await onStored(reserved)
          return written
        }
      },
    })
    const request = {
      name: 'a.txt',
      mimeType: 'text/plain',
      body: Readable.from([Buffer.from(content)]),
      target: targetOf('/a.txt'),
      onReserved: (file: PendingFile) => void (reserved = file),
    }
    return uploadAndWait({ ...workspace.ports, blobs: observed }, caller, request, { seconds })
  }
  const scanFile = async ({ storagePath }: PendingFile) => {
    const blob = await workspace.ports.blobs.stat(storagePath)
    if (blob) await scan(workspace.ports, blob)
  }

  it('is ready when the scanner finds the bytes clean', async () => {
    expect(await store(scanFile)).toMatchObject({
      outcome: 'ready',
      file: { path: '/a.txt', sizeBytes: text.length },
    })
  })

  it('is pending when no verdict comes within the wait', async () => {
    expect(await store(async () => undefined, { seconds: 0.05 })).toMatchObject({
      outcome: 'pending',
      file: { state: 'pending' },
    })
  })

  it('is refused with the file when the scanner finds malware', async () => {
    expect(await store(scanFile, { content: eicar() })).toMatchObject({
      outcome: 'refused',
      error: { code: 'infected', file: { state: 'infected' } },
    })
  })

  it('is refused without its bytes when the file is deleted while they arrive', async () => {
    const { catalog, blobs } = workspace.ports
    const result = await store((file) => catalog.remove(file.workspaceId, file.id))
    expect(result).toMatchObject({ outcome: 'refused', error: { code: 'gone', file: undefined } })
    expect((await blobs.list({ limit: 10 })).blobs).toEqual([])
  })

  it('keeps the bytes when the catalog fails during the wait', async () => {
    const file = await workspace.upload('/b.txt', text)
    const { catalog, blobs } = workspace.ports
    const failing = new Proxy(catalog, {
      get: () => async () => {
        throw new WorkspaceError('store-unavailable', 'The catalog does not answer.')
      },
    })
    const waited = awaitOutcome({ catalog: failing, blobs }, file, { seconds: 0 })
    await expect(waited).rejects.toMatchObject({ code: 'store-unavailable' })
    expect(await blobs.stat(file.storagePath)).toBeDefined()
  })
})
