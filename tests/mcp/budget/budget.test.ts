import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listAnswer, readAnswer, writeAnswer, type TextFile } from './autogpt.ts'
import { openLocalAgent } from './local-agent.ts'

const words = 'the quarterly report shows revenue and margin by region and product line '
const english = (bytes: number) => words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes)

/** 50 files of an agent's project. */
const files: TextFile[] = Array.from({ length: 50 }, (_, i) => {
  const [folder, ending, mimeType] = [
    ['reports', 'md', 'text/markdown'],
    ['data', 'csv', 'text/csv'],
    ['notes', 'txt', 'text/plain'],
  ][i % 3] as [string, string, string]
  const name = `quarter-${i}.${ending}`
  const lines = Array.from({ length: 40 + 5 * i }, (_, n) => `${n},${english(40)}`)
  const id = `0f8fad5b-d9cb-469f-a165-70867728${1000 + i}`
  return { id, path: `/${folder}/${name}`, name, mimeType, text: `${lines.join('\n')}\n` }
})

const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

let agent: Awaited<ReturnType<typeof openLocalAgent>>
beforeAll(async () => {
  agent = await openLocalAgent()
  for (const { path, text } of files) {
    await agent.call('write_workspace_file', { path, content: text })
  }
}, 120_000)
afterAll(() => agent?.[Symbol.asyncDispose]())

describe('the budgets of an agent’s context', () => {
  test('the list of tools has at most 14 KiB without, and 24 KiB with the schemas of answers', async () => {
    const { tools } = await agent.client.listTools()
    expect(tools).toHaveLength(13)
    const short = tools.map((tool) => Object.assign({}, tool, { outputSchema: undefined }))
    expect(sizeOf(short)).toBeLessThanOrEqual(14 * 1024)
    expect(sizeOf(tools)).toBeLessThanOrEqual(24 * 1024)
    expect(countTokens(JSON.stringify(short))).toBeLessThanOrEqual(3500)
  })

  test('the instructions have at most 600 characters', () => {
    expect(agent.client.getInstructions()?.length).toBeLessThanOrEqual(600)
  })

  test('a list of 50 files has at most 800 tokens as text, and 1,000 as structure', async () => {
    const { text, structured } = await agent.call('list_workspace_files')
    expect(countTokens(text)).toBeLessThanOrEqual(800)
    expect(countTokens(JSON.stringify(structured))).toBeLessThanOrEqual(1000)
  })

  test('a read has at most 32 KiB and its first line', async () => {
    const path = '/long.txt'
    await agent.call('write_workspace_file', { path, content: english(200_000) })
    const { text } = await agent.call('read_workspace_file', { file: path })
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024 + 250)
    expect(countTokens(text)).toBeLessThanOrEqual(9000)
    await agent.call('delete_workspace_file', { file: path })
  })

  test('results with the text of a file have no structure, and all others have both', async () => {
    const { tools } = await agent.client.listTools()
    const without = tools.filter(({ outputSchema }) => outputSchema === undefined)
    expect(without.map(({ name }) => name)).toEqual(['read_workspace_file'])
  })
})

interface Cost {
  bytes: number
  tokens: number
}

/** What the calls of both shapes cost, by the work that they do. */
const costs = new Map<string, { own: Cost; other: Cost }>()

function add(work: string, own: string, other: string): void {
  const { own: a, other: b } = costs.get(work) ?? { own: zero(), other: zero() }
  costs.set(work, { own: plus(a, own), other: plus(b, other) })
}

const zero = (): Cost => ({ bytes: 0, tokens: 0 })

function plus({ bytes, tokens }: Cost, text: string): Cost {
  return { bytes: bytes + Buffer.byteLength(text), tokens: tokens + countTokens(text) }
}

function total(shape: 'own' | 'other'): Cost {
  return [...costs.values()].reduce(
    (sum, cost) => ({
      bytes: sum.bytes + cost[shape].bytes,
      tokens: sum.tokens + cost[shape].tokens,
    }),
    zero(),
  )
}

const fileAt = (i: number) => files[i] as TextFile

/** AutoGPT has no edit, append or move: a change reads the text and sends it again. */
const rewritten = (file: TextFile) =>
  readAnswer(file) + JSON.stringify({ path: file.path, content: file.text }) + writeAnswer(file)

/** 30 calls of an agent, each with the calls of AutoGPT's tools that do the same. */
async function runScript(): Promise<number> {
  let calls = 0
  const step = async (
    work: string,
    [tool, args]: [tool: string, args: Record<string, unknown>],
    other: string,
  ) => {
    calls++
    const { sent, received } = await agent.call(tool, args)
    add(work, sent + received, other)
  }
  const reports = files.filter(({ path }) => path.startsWith('/reports/'))
  await step('list', ['list_workspace_files', {}], `{}${listAnswer(files)}`)
  await step('list', ['list_workspace_files', { prefix: '/reports/' }], `{}${listAnswer(reports)}`)
  for (const file of files.slice(0, 14)) {
    const { path } = file
    await step(
      'read',
      ['read_workspace_file', { file: path }],
      `{"path":"${path}"}${readAnswer(file)}`,
    )
  }
  for (let i = 14; i < 18; i++) {
    const content = `# Summary ${i}\n\n${english(600)}\n`
    const args = { path: `/out/${i}.md`, content }
    const file = { ...fileAt(i), path: args.path, name: `${i}.md`, text: content }
    await step('write', ['write_workspace_file', args], JSON.stringify(args) + writeAnswer(file))
  }
  for (const file of files.slice(18, 22)) {
    const args = { file: file.path, edits: [{ oldText: '\n3,', newText: '\n3!,' }] }
    await step('edit', ['edit_workspace_file', args], rewritten(file))
  }
  for (const file of files.slice(22, 26)) {
    const args = { path: file.path, mode: 'append', content: 'one more line\n' }
    await step('append', ['write_workspace_file', args], rewritten(file))
  }
  const read = files.slice(0, 10).map((file) => readAnswer(file))
  await step('search', ['search_workspace_files', { query: '50,the', limit: 10 }], read.join(''))
  const last = fileAt(49)
  await step('move', ['move_workspace_file', { file: last.path, to: '/old.txt' }], rewritten(last))
  return calls
}

describe('a script of 30 calls over 50 files', () => {
  test('costs a third of what AutoGPT’s shapes cost, as docs/agents.md says', async () => {
    expect(await runScript()).toBe(30)
    costs.set('all 30 calls', { own: total('own'), other: total('other') })
    const { own, other } = costs.get('all 30 calls') ?? { own: zero(), other: zero() }
    expect(own.tokens * 3).toBeLessThan(other.tokens)
    const page = readFileSync(new URL('../../../docs/agents.md', import.meta.url), 'utf8')
    for (const [work, { own, other }] of costs) {
      const measured = [own.bytes, own.tokens, other.bytes, other.tokens]
      const row = new RegExp(`^\\| ${work} .*$`, 'm').exec(page)?.[0] ?? `no row for ${work}`
      const written = row
        .split('|')
        .slice(2, -1)
        .map((cell) => Number(cell.replaceAll(/[ ,]/g, '')))
      // The tokens of ids and times differ from run to run, by some ten for a short answer.
      const isNear = measured.every(
        (value, at) => Math.abs((written[at] ?? 0) - value) < value / 20 + 10,
      )
      expect({ work, measured, isNear, row }).toMatchObject({ isNear: true })
    }
  })
})
