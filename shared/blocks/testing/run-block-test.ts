import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Caller } from '../../model/access.ts'
import { parsePath } from '../../model/path.ts'
import { parseReference } from '../../media/reference.ts'
import { readContent } from '../../workspace/read.ts'
import { scan } from '../../workspace/scan/scan.ts'
import { upload } from '../../workspace/upload/upload.ts'
import type { AnyBlock, AnyTest } from '../any-block.ts'
import type { TestFile, TestResults } from '../block-test.ts'
import { contextOf } from '../run/context.ts'
import { openMeter } from '../run/meter.ts'
import { runBlock, type RunHost } from '../run/run-block.ts'
import { RunFiles } from '../run/run-files.ts'

type Output = readonly [name: string, value: unknown]

/**
 * Runs one test of a block on the real executor, workspace and scanner, as a user without other files. Throws an `Error` with the first
 * difference.
 */
export async function runBlockTest(host: RunHost, block: AnyBlock, test: AnyTest): Promise<void> {
  assertSteps(block, test)
  const caller: Caller = { workspaceId: `test-${randomUUID()}` }
  for (const [path, file] of Object.entries(test.files ?? {})) {
    await storeFile(host, { block, caller }, path, file)
  }
  const signal = new AbortController().signal
  const request = { block, caller, runId: randomUUID(), signal, input: test.input }
  const outputs: Output[] = []
  const { mock } = test
  for await (const event of runBlock(host, { ...request, ...(mock && { steps: mock }) })) {
    if (event.type === 'output') outputs.push([event.name, event.value])
    if (event.type === 'failed') outputs.push(['error', event.detail])
  }
  assertOutputs(outputs, test.output)
  const results: TestResults = {
    values: (name) => outputs.filter(([given]) => given === name).map(([, value]) => value),
    async read(reference) {
      const { open } = await readContent(host.ports, caller, parseReference(String(reference)))
      return buffer(await open())
    },
  }
  await test.check?.(results as never)
}

/** Throws for a mock of a step that the block no longer has: the test would pass without it. */
function assertSteps({ steps = {}, name }: AnyBlock, { mock = {} }: AnyTest): void {
  const unknown = Object.keys(mock).filter((step) => !(step in steps))
  if (unknown.length > 0) throw new Error(`${name} has no step ${unknown.join(', ')}`)
}

/** Files of tests may have any size. */
const assertFits = async () => undefined

async function storeFile(
  host: RunHost,
  { block, caller }: { block: AnyBlock; caller: Caller },
  path: string,
  file: TestFile,
): Promise<void> {
  const { ports, media } = host
  if (typeof file !== 'function')
    return store(host, caller, path, Readable.from([Buffer.from(file)]))
  const { signal } = new AbortController()
  const runId = randomUUID()
  const own = { block, caller, runId, blockId: block.id, sessionId: undefined, signal }
  const files = new RunFiles({ ports, media, ...own })
  const directory = await files.prepare()
  try {
    const { meter } = openMeter()
    const made = await file(contextOf({ ...host, ...own, directory, files, meter, assertFits }))
    await store(host, caller, path, createReadStream(join(directory, made)))
  } finally {
    await files.clean()
  }
}

async function store({ ports }: RunHost, caller: Caller, path: string, body: Readable) {
  const target = parsePath(path)
  const name = target.slice(target.lastIndexOf('/') + 1)
  const { storagePath } = await upload(ports, caller, {
    name,
    mimeType: 'application/octet-stream',
    body,
    target: {
      path: target,
      mimeType: 'application/octet-stream',
      metadata: {},
      origin: 'user-upload',
      onConflict: 'fail',
    },
    signal: new AbortController().signal,
  })
  const blob = await ports.blobs.stat(storagePath)
  if (!blob) throw new Error(`${path} was not stored`)
  await scan(ports, blob)
}

function assertOutputs(given: readonly Output[], expected: readonly Output[]): void {
  for (let index = 0; index < Math.max(given.length, expected.length); index++) {
    const [actual, wanted] = [given[index], expected[index]]
    if (actual && wanted && actual[0] === wanted[0] && fits(actual[1], wanted[1])) continue
    throw new Error(`output ${index + 1} is ${shown(actual)}, expected ${shown(wanted)}`)
  }
}

function fits(value: unknown, expected: unknown): boolean {
  if (expected instanceof z.ZodType) return expected.safeParse(value).success
  if (expected instanceof RegExp) return typeof value === 'string' && expected.test(value)
  return isDeepStrictEqual(value, expected)
}

function shown(output: Output | undefined): string {
  if (!output) return 'missing'
  const [name, value] = output
  if (value instanceof z.ZodType) return `${name} of ${JSON.stringify(z.toJSONSchema(value))}`
  return `${name} ${value instanceof RegExp ? value.toString() : JSON.stringify(value)}`
}
