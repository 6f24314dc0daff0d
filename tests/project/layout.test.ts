import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { slowest } from '../support/slow-first.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const generated = new Set(['node_modules', 'dist', '.coffer', '.git', 'coverage'])
const files = globSync('**/*', {
  cwd: root,
  withFileTypes: true,
  exclude: ({ name }) => generated.has(name),
})
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => relative(root, join(parentPath, name)))
const product = files.filter((file) => /^(blocks|functions|library|shared)\/.*\.ts$/.test(file))

const filesPerFolder = Object.groupBy(files, (file) => dirname(file))

function linesOf(file: string): number {
  return readFileSync(join(root, file), 'utf8').split('\n').length - 1
}

test('finds the files of the product and of the tests', () => {
  expect(product.length).toBeGreaterThan(250)
  expect(filesPerFolder['tests/project']).toContain('tests/project/layout.test.ts')
})

test('no folder has more than 20 files side by side', () => {
  const crowded = Object.entries(filesPerFolder).filter(([, names = []]) => names.length > 20)
  expect(crowded.map(([folder, names = []]) => `${folder}: ${names.length}`)).toEqual([])
})

test('no product file has more than 300 lines, 90 of 100 have at most 150, and half have at most 70', () => {
  const lines = product.map(linesOf).toSorted((a, b) => a - b)
  const share = (part: number) => lines[Math.ceil(lines.length * part) - 1]
  expect(product.filter((file) => linesOf(file) > 300)).toEqual([])
  expect(share(0.9)).toBeLessThanOrEqual(150)
  expect(share(0.5)).toBeLessThanOrEqual(70)
})

test('the files that start first exist', () => {
  const paths = slowest.map((name) => `tests/${name}.test.ts`)
  expect(paths.filter((path) => !files.includes(path))).toEqual([])
})
