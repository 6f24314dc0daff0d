import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AnyBlock } from '../../shared/blocks/any-block.ts'
import { runBlock, type RunRequest } from '../../shared/blocks/run/run-block.ts'
import type { RunEvent } from '../../shared/model/runs/run-event.ts'
import type { SessionId } from '../../shared/model/ids.ts'
import { list } from '../../shared/workspace/list.ts'
import { openBlockHost, type BlockHost } from './block-host.ts'
import { echo } from './echo-block.ts'
import { hostile } from './hostile-block.ts'

let host: BlockHost
const faults: string[] = []
beforeAll(async () => {
  host = await openBlockHost({
    maxDirectoryBytes: 20_000_000,
    onFault: (error) => faults.push(String(error)),
  })
})
afterAll(() => host[Symbol.asyncDispose]())

const request = (block: AnyBlock, input: unknown, more: Partial<RunRequest> = {}): RunRequest => ({
  block,
  input,
  caller: { workspaceId: randomUUID() },
  runId: randomUUID(),
  signal: new AbortController().signal,
  ...more,
})

async function eventsOf(run: RunRequest): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of runBlock(host.host, run)) events.push(event)
  return events
}

async function filesOf({ caller }: RunRequest) {
  return (await list(host.runtime.ports, caller, { limit: 100 })).files
}

const typesOf = (events: RunEvent[]) => events.map(({ type }) => type)

test('shortens the detail of a failure to what a record can store', async () => {
  const events = await eventsOf(request(hostile, { how: 'long error' }))
  const detail = `Why: \ufffd${'x'.repeat(1994)}`
  expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'block-failed', detail })
})

test('a run emits references to scanned files of its caller, and then completes', async () => {
  const run = request(hostile, { how: 'progress', files: ['data:text/plain,a'] })
  const events = await eventsOf(run)
  const [file] = await filesOf(run)
  expect(file).toMatchObject({
    state: 'ready',
    origin: 'generated',
    metadata: { run: run.runId, block: hostile.id },
  })
  expect(events).toEqual([
    { type: 'started', run: run.runId },
    { type: 'output', name: 'file', value: `workspace://${file?.id}#text/plain` },
    { type: 'progress', message: 'half', fraction: 0.5 },
    { type: 'output', name: 'count', value: 1 },
    { type: 'completed', cost: 0 },
  ])
  expect(await host.left()).toEqual([])
})

test('a file is in the workspace before its event', async () => {
  const run = request(hostile, {})
  for await (const event of runBlock(host.host, run)) {
    const files = await filesOf(run)
    expect(files.map(({ state }) => state)).toEqual(event.type === 'started' ? [] : ['ready'])
  }
})

test.each([
  ['an unknown field', { text: 'x', more: 1 }, 'more: is not known here; leave it out'],
  ['a missing field', {}, 'text: is required'],
  ['a wrong type', { text: 5 }, 'text: must be a string'],
  ['another value', { text: 'x', mode: 'thrice' }, 'mode: must be one of "once", "twice"'],
  ['a list', [], 'input: must be a JSON object'],
  ['nothing', undefined, 'input: is required'],
])('%s is refused by its name before the first event', async (_, input, detail) => {
  await expect(eventsOf(request(echo, input))).rejects.toMatchObject({
    code: 'invalid-request',
    message: detail,
  })
  expect(await host.left()).toEqual([])
})

describe('a file of the input', () => {
  test.each([
    ['with another type', 'data:text/html,<p>', 'unsupported-type', 'This must be text/plain'],
    ['that does not exist', 'workspace:///none.txt', 'not-found', 'There is no such file'],
    ['outside the directory', '../../etc/passwd', 'invalid-request', 'source'],
  ])('%s fails the run by its place', async (_, file, code, detail) => {
    const run = request(hostile, { files: ['data:text/plain,good', file] })
    const events = await eventsOf(run)
    expect(typesOf(events)).toEqual(['started', 'failed'])
    expect(events[1]).toMatchObject({
      code,
      detail: expect.stringContaining(`files[1]: ${detail}`),
    })
    expect(await filesOf(run)).toEqual([])
  })
})

test.each([
  ['wrong name', 'block-output', 'emitted "nothing", which it does not declare'],
  ['inherited name', 'block-output', 'emitted "toString", which it does not declare'],
  ['not a pair', 'block-output', 'neither an output nor a progress'],
  ['wrong type', 'block-output', 'emitted a wrong "count"'],
  ['large text', 'block-output', 'emitted a text of 70000 bytes in "text"'],
  ['large value', 'block-output', 'large values must be files'],
  ['not JSON', 'block-output', 'JSON cannot represent'],
  ['too many', 'block-output', 'emitted more than 3 outputs'],
  ['wrong file type', 'unsupported-type', 'picture: This must be image/*'],
  ['outside file', 'invalid-request', 'file: source'],
  ['inner address', 'invalid-request', 'file: source'],
  ['infected', 'infected', 'infected'],
  ['full disk', 'too-large', 'exceed its limit of 20000000 bytes'],
  ['full device', 'internal', 'its input is not the cause'],
  ['own full disk', 'too-large', 'exceed its limit of 20000000 bytes'],
  ['undeclared program', 'internal', 'its input is not the cause'],
  ['bug', 'internal', 'its input is not the cause'],
  ['error', 'block-failed', 'The block says why.'],
  ['never', 'timed-out', 'longer than its limit of 2 seconds'],
  ['waits', 'timed-out', 'longer than its limit of 2 seconds'],
])('a block with "%s" fails in words and keeps its first file', async (how, code, detail) => {
  const run = request(hostile, { how })
  const events = await eventsOf(run)
  expect(typesOf(events).slice(0, 2)).toEqual(['started', 'output'])
  expect(events.at(-1)).toMatchObject({
    type: 'failed',
    code,
    detail: expect.stringContaining(detail),
  })
  expect(JSON.stringify(events)).not.toContain('postgres')
  expect((await filesOf(run)).filter(({ state }) => state === 'ready')).toHaveLength(1)
  expect(await host.left()).toEqual([])
})

describe('a cancelled run leaves nothing', () => {
  test.each([0, 1, 2, 3])('when its reader leaves after event %i', async (index) => {
    const run = request(hostile, { how: 'progress' })
    let seen = 0
    for await (const _ of runBlock(host.host, run)) if (seen++ === index) break
    expect(await filesOf(run)).toEqual([])
    expect(await host.left()).toEqual([])
  })

  test.each(['waits', 'never'])('when its signal is aborted while the block %s', async (how) => {
    const stop = new AbortController()
    const block = { ...hostile, limits: {} }
    const run = request(block, { how }, { signal: stop.signal })
    const events: RunEvent[] = []
    for await (const event of runBlock(host.host, run)) {
      events.push(event)
      if (event.type === 'output') setTimeout(() => stop.abort(), 50)
    }
    expect(typesOf(events)).toEqual(['started', 'output', 'cancelled'])
    expect(await filesOf(run)).toEqual([])
    expect(await host.left()).toEqual([])
  })
})

test('a cancelled run keeps a file that the user had before', async () => {
  const before = request(hostile, {})
  const [, output] = await eventsOf(before)
  const file = output?.type === 'output' ? output.value : undefined
  const run = request(hostile, { how: 'own file', own: file }, { caller: before.caller })
  const values: unknown[] = []
  for await (const event of runBlock(host.host, run)) {
    if (event.type === 'output') values.push(event.value)
    if (values.length === 2) break
  }
  expect(values[1]).toBe(file)
  expect((await filesOf(run)).map(({ id }) => `workspace://${id}#text/plain`)).toEqual([file])
})

test('the files of a caller that is bound to a session are stored in it', async () => {
  const session = 's1' as SessionId
  const caller = { workspaceId: randomUUID(), session }
  const run = request(hostile, {}, { caller, sessionId: session })
  await eventsOf(run)
  const [file] = await filesOf(run)
  expect(file).toMatchObject({ sessionId: session })
})

test('the operator learns the fault of a block, whose caller sees nothing of it', async () => {
  faults.length = 0
  await eventsOf(request(hostile, { how: 'bug' }))
  await eventsOf(request(hostile, { how: 'wrong name' }))
  await eventsOf(request(hostile, { how: 'error' }))
  expect(faults).toEqual([
    'Error: postgres://user:password@database',
    'BlockError: The block Hostile emitted "nothing", which it does not declare.',
  ])
})
