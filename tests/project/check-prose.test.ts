import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { violationsOf } from '../../scripts/prose-rules.ts'

const program = fileURLToPath(new URL('../../scripts/check-prose.ts', import.meta.url))

function check(...files: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [program, ...files])
  return { status, stdout: stdout.toString() }
}

test.each([
  ['// Lest it fails.', 'Lest'],
  ['// Mended by the next sweep.', 'Mended'],
  ['a process of its own', 'of its own'],
  ['bytes behind the data', 'behind the data'],
  ['function shouldMend() {}', 'Mend'],
  ['export class Turns {', 'class Turns'],
  ['const aloneSinceStart = 1', 'aloneSince'],
  ['function setAnswerAhead() {}', 'AnswerAhead'],
])('reports %j', (text, found) => {
  expect(violationsOf(text)).toMatchObject([{ line: 1, found }])
})

test.each([
  'the latest',
  'celestial',
  'as it was',
  'recommended, amended',
  'the values of its own parameters',
  'behind a proxy',
  '/** Turns pages into text. */',
])('passes %j', (text) => {
  expect(violationsOf(text)).toEqual([])
})

test('reports a phrase that a comment breaks into two lines, by its first line', () => {
  expect(violationsOf('const a = 1\n/**\n * a lock, as it\n * were.\n */')).toEqual([
    { line: 3, found: 'as it * were', use: 'nothing: leave it out' },
  ])
})

test('names file, line, word and replacement, and exits with 1', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-prose-'))
  const [bad, good] = [join(directory, 'bad.md'), join(directory, 'good.md')]
  await writeFile(bad, 'One line.\nLock it, lest it fails.\n')
  await writeFile(good, 'Lock it.\n')
  expect(check(good, bad)).toEqual({
    status: 1,
    stdout: `${bad}:2: "lest": use so that … not\n`,
  })
  expect(check(good)).toEqual({ status: 0, stdout: '' })
  await rm(directory, { recursive: true })
})
