import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scan } from '../../../shared/workspace/scan/scan.ts'
import { upload } from '../../../shared/workspace/upload/upload.ts'
import { caller, openLocalWorkspace, targetOf, type LocalWorkspace } from '../local-workspace.ts'

describe('upload', () => {
  let workspace: LocalWorkspace
  beforeEach(async () => {
    workspace = await openLocalWorkspace(100)
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  it('keeps nothing when the body fails before the reservation is written', async () => {
    const { catalog } = workspace.ports
    const slow = { ...workspace.ports, catalog: slowReserve(catalog) }
    const body = new Readable({ read() {} })
    const started = upload(slow, caller, {
      name: 'a.txt',
      mimeType: 'text/plain',
      body,
      sizeBytes: 5,
      target: targetOf('/a.txt'),
    })
    body.destroy(new Error('cut off'))
    await expect(started).rejects.toThrow('cut off')
    expect(await catalog.usage('ann')).toMatchObject({ reservedBytes: 0, liveCount: 0 })
    expect((await workspace.ports.blobs.list({ limit: 10 })).blobs).toEqual([])
  })

  it('checks the quota to the byte when the size is unknown', async () => {
    const store = (path: string, text: string) =>
      upload(workspace.ports, caller, {
        name: 'a.txt',
        mimeType: 'text/plain',
        body: Readable.from([Buffer.from(text)]),
        target: Promise.resolve(targetOf(path)),
      })
    await store('/whole.txt', 'x'.repeat(99))
    await expect(store('/over.txt', 'xx')).rejects.toMatchObject({ code: 'quota-exceeded' })
    await store('/exact.txt', 'x')
    expect(await workspace.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: 100 })
    expect((await workspace.ports.blobs.list({ limit: 10 })).blobs).toHaveLength(2)
  })

  it('keeps nothing when the target is rejected', async () => {
    const target = Promise.reject(new Error('an unknown field'))
    target.catch(() => undefined)
    const started = upload(workspace.ports, caller, {
      name: 'a.txt',
      mimeType: 'text/plain',
      body: Readable.from([Buffer.from('hello')]),
      target,
    })
    await expect(started).rejects.toThrow('an unknown field')
    expect((await workspace.ports.blobs.list({ limit: 10 })).blobs).toEqual([])
  })

  it('keeps the path of a file that is ready before the answer of the store is lost', async () => {
    const { ports } = workspace
    const blobs = withLostAnswer(ports)
    const store = (to: Partial<typeof ports>, text: string) =>
      upload({ ...ports, ...to }, caller, {
        name: 'a.txt',
        mimeType: 'text/plain',
        body: Readable.from([Buffer.from(text)]),
        sizeBytes: text.length,
        target: { ...targetOf('/a.txt'), onConflict: 'replace' },
      })
    await expect(store({ blobs }, 'first')).rejects.toThrow('lost')
    await expect(store({ blobs }, 'second')).rejects.toThrow('lost')
    const { path } = targetOf('/a.txt')
    expect(await ports.catalog.getByPath('ann', path)).toMatchObject({
      state: 'ready',
      isDeleted: false,
      sizeBytes: 'second'.length,
    })
    expect(await ports.catalog.usage('ann')).toMatchObject({ liveCount: 1, reservedBytes: 0 })
  })
})

/** Scans each written blob, then fails as if the answer of the store were lost. */
function withLostAnswer(ports: LocalWorkspace['ports']) {
  return new Proxy(ports.blobs, {
    get(target, name: keyof typeof ports.blobs) {
      const method = target[name].bind(target) as (...input: unknown[]) => Promise<unknown>
      if (name !== 'write') return method
      return async (...input: Parameters<typeof target.write>) => {
        await scan(ports, await target.write(...input))
        throw new Error('The answer was lost')
      }
    },
  })
}

/** Delays `reserve` by 20 ms. */
function slowReserve(catalog: LocalWorkspace['ports']['catalog']) {
  return new Proxy(catalog, {
    get(target, name: keyof typeof catalog) {
      const method = target[name].bind(target) as (...input: unknown[]) => Promise<unknown>
      if (name !== 'reserve') return method
      return async (...input: unknown[]) => {
        await setTimeout(20)
        return method(...input)
      }
    },
  })
}
