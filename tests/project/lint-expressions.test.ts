import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-lint-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** The rules that the linter of `npm run check` finds broken in a file of TypeScript. */
async function brokenRules(source: string): Promise<string[]> {
  const file = join(directory, 'planted.ts')
  await writeFile(file, source)
  const program = join('node_modules', 'oxlint', 'bin', 'oxlint')
  const { stdout } = spawnSync(process.execPath, [program, '--format=json', file])
  const { diagnostics } = JSON.parse(stdout.toString()) as { diagnostics: { code: string }[] }
  return diagnostics.map(({ code }) => code)
}

test.each([
  ['/^(a+)+$/', 'regexp(no-super-linear-backtracking)'],
  ['/^([^#]*)#?(.*)$/s', 'regexp(no-super-linear-backtracking)'],
  ['/[ \\t]+$/', 'regexp(no-super-linear-move)'],
  ['/[ \\t]*,[ \\t]*/', 'regexp(no-super-linear-move)'],
])('the linter reports %s', async (expression, rule) => {
  const source = `export const test = (text: string): boolean => ${expression}.test(text)\n`
  expect(await brokenRules(source)).toContain(rule)
})

test('the linter passes an expression without ambiguity', async () => {
  const source = 'export const test = (text: string): boolean => /^[ab]*c$/.test(text)\n'
  expect(await brokenRules(source)).toEqual([])
})
