import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocks } from '../../blocks/index.ts'
import type { AnyBlock } from '../../shared/blocks/any-block.ts'
import { schemasOf } from '../../shared/blocks/describe.ts'
import { openExecutor, type Executor } from '../../shared/blocks/run/executor.ts'
import { openBlockHost, type BlockHost } from './block-host.ts'

let host: BlockHost
let executor: Executor
beforeAll(async () => {
  host = await openBlockHost()
  const { temporaryDirectory } = host
  const { ports } = host.runtime
  executor = openExecutor({ ...host.host, ports, temporaryDirectory, onError: () => undefined })
})
afterAll(() => host[Symbol.asyncDispose]())

const all: readonly AnyBlock[] = blocks
const fieldsOf = (block: AnyBlock) => Object.keys(schemasOf(block).input.properties ?? {})
const cases = all.flatMap((block) => fieldsOf(block).map((field) => [block.name, field] as const))

/** The fields that a refusal names. The run does not begin. */
async function refusedFields(block: AnyBlock, input: unknown): Promise<string[]> {
  const caller = { workspaceId: randomUUID() }
  const { signal } = new AbortController()
  const events = executor.execute({ block, input, caller, signal })
  const error = await events.next().then(
    () => undefined,
    (reason: unknown) => reason as { code: string; errors: { field: string }[] },
  )
  expect(error?.code).toBe('invalid-request')
  expect((await host.runtime.ports.runs.list({ ...caller, limit: 1 })).runs).toEqual([])
  return error?.errors.map(({ field }) => field) ?? []
}

const blockNamed = (name: string) => all.find((block) => block.name === name) as AnyBlock
const exampleOf = ({ tests }: AnyBlock): object => tests[0]?.input ?? {}

describe('every block', () => {
  test.each(cases)('%s refuses a wrong "%s" by its name', async (name, field) => {
    const block = blockNamed(name)
    for (const wrong of [{ a: { b: 1 } }, [[[]]], null]) {
      const named = await refusedFields(block, { ...exampleOf(block), [field]: wrong })
      expect(named.some((each) => each.split('.')[0] === field)).toBe(true)
    }
  })

  test.each(all.map(({ name }) => name))(
    '%s refuses fields that it does not have',
    async (name) => {
      const block = blockNamed(name)
      for (const field of ['no such field', 'constructor', 'toString', '\u0000', '__proto__']) {
        const input: unknown = JSON.parse(
          JSON.stringify(exampleOf(block))
            .replace(/\}$/, `,${JSON.stringify(field)}:1}`)
            .replace('{,', '{'),
        )
        expect(await refusedFields(block, input)).toEqual([field])
      }
    },
  )
})
