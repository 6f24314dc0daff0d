import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const testFiles = readdirSync(`${root}tests`, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
  .map((name) => `tests/${name}`)

/** The parts of paths that a command filters test files by. */
function filtersOf(command: string): string[] {
  return command.replaceAll(/ -t (?:"[^"]*"|'[^']*'|\S+)/g, '').split(' ')
}

test('every command of docs/reliability.md names test files that exist', () => {
  const text = readFileSync(`${root}docs/reliability.md`, 'utf8')
  const commands = [...text.matchAll(/`npx vitest run ([^`]+)`/g)].map(([, rest = '']) => rest)
  expect(commands.length).toBeGreaterThan(50)
  const filters = commands.flatMap(filtersOf)
  expect(filters.filter((part) => !testFiles.some((file) => file.includes(part)))).toEqual([])
})
