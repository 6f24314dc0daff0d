import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startScanning } from '../../../functions/host/local-scan.ts'
import { parsePath, parseSessionId } from '../../../shared/model/path.ts'
import { readContent } from '../../../shared/workspace/read.ts'
import { openAppends } from '../../../shared/workspace/text/append-text.ts'
import { editText } from '../../../shared/workspace/text/edit-text.ts'
import { eicar } from '../../support/files/eicar.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from '../local-workspace.ts'

const path = parsePath('/log.txt')
const signal = new AbortController().signal
const request = (line: string | Buffer) => ({
  path,
  bytes: Buffer.from(line),
  mimeType: 'text/plain',
  waitSeconds: 20,
  signal,
})

describe('changes of one text', () => {
  let workspace: LocalWorkspace
  beforeEach(async () => {
    workspace = await openLocalWorkspace()
    const { ports, storage } = workspace
    startScanning(ports, storage.events, { concurrency: 2, log: () => undefined })
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  const stored = async () =>
    text(await (await readContent(workspace.ports, caller, { path })).open())
  const trash = async () => {
    const query = { workspaceId: caller.workspaceId, sort: 'created' as const, descending: true }
    const { files } = await workspace.ports.catalog.list({ ...query, deleted: true, limit: 100 })
    return files
  }

  test('50 appends at once lose no line and make few versions', async () => {
    const append = openAppends(workspace.ports)
    const lines = Array.from({ length: 50 }, (_, i) => `line ${i}\n`)
    const appended = await Promise.all(lines.map((line) => append(caller, request(line))))
    expect(appended.map(({ outcome }) => outcome.outcome)).toEqual(lines.map(() => 'ready'))
    expect(await stored()).toBe(lines.join(''))
    expect((await trash()).length).toBeLessThanOrEqual(3)
  })

  test('appends of several processes lose no line and leave no failed version', async () => {
    const one = openAppends(workspace.ports)
    const two = openAppends(workspace.ports)
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}\n`)
    await Promise.all(lines.map((line, i) => (i % 2 ? one : two)(caller, request(line))))
    const found = (await stored()).split(/(?<=\n)/)
    expect(found.toSorted()).toEqual(lines.toSorted())
    // Each version in the trash was the text at some time: it is a beginning of the text.
    for (const { id } of await trash()) {
      const file = await workspace.ports.catalog.get(caller.workspaceId, id)
      expect(file?.supersededBy).not.toBe(null)
    }
    const sizes = new Set((await trash()).map(({ sizeBytes }) => sizeBytes))
    expect(sizes.size).toBe((await trash()).length)
  })

  test('a refused line does not lose the others', async () => {
    const append = openAppends(workspace.ports)
    const lines = ['one\n', eicar(), 'two\n', 'three\n']
    const first = append(caller, request('zero\n'))
    const results = await Promise.allSettled(lines.map((line) => append(caller, request(line))))
    await first
    const statuses = results.map(({ status }) => status)
    expect(statuses).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'infected' } })
    expect(await stored()).toBe('zero\none\ntwo\nthree\n')
  })

  test('a call of a session does not join calls of its user outside of it', async () => {
    const append = openAppends(workspace.ports)
    const bound = { ...caller, session: parseSessionId('s1') }
    const first = append(caller, request('zero\n'))
    const joined = append(caller, request('one\n'))
    await expect(append(bound, request('two\n'))).rejects.toMatchObject({ code: 'forbidden' })
    await Promise.all([first, joined])
    expect(await stored()).toBe('zero\none\n')
  })

  test('an edit and appends at once are both in the text', async () => {
    const append = openAppends(workspace.ports)
    await append(caller, request('title\n'))
    const edit = { oldText: 'title', newText: 'TITLE', all: false }
    const edited = { path, edits: [edit], dryRun: false, waitSeconds: 20, signal }
    await Promise.all([
      ...Array.from({ length: 5 }, (_, i) => append(caller, request(`${i}\n`))),
      editText(workspace.ports, caller, edited),
    ])
    expect((await stored()).split('\n').toSorted()).toEqual(['', '0', '1', '2', '3', '4', 'TITLE'])
  })

  test('an edit that does not match changes nothing', async () => {
    await openAppends(workspace.ports)(caller, request('a\nb\n'))
    const edits = [
      { oldText: 'a', newText: 'x', all: false },
      { oldText: 'none', newText: 'y', all: false },
    ]
    const edited = { path, edits, dryRun: false, waitSeconds: 20, signal }
    await expect(editText(workspace.ports, caller, edited)).rejects.toThrow('edits.1.oldText')
    expect(await stored()).toBe('a\nb\n')
    expect(await trash()).toEqual([])
  })
})
