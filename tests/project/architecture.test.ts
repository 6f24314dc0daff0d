import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (name: string) => readFileSync(join(root, name), 'utf8')

/** The node of the picture that a file belongs to: `shared/http/problem.ts` to `http`, `functions/host/loop.ts` to `functions`. */
function nodeOf(file: string): string {
  return file.split('/').find((part) => part !== 'shared') ?? file
}

/** Each import between two nodes once, as `from --> to`, with the files that have it. */
function importsBetweenNodes(): Map<string, string[]> {
  const files = new Map<string, string[]>()
  for (const file of globSync('{blocks,functions,library,shared}/**/*.ts', { cwd: root })) {
    for (const [, path = ''] of read(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = normalize(join(dirname(file), path))
      const [from, to] = [nodeOf(file), nodeOf(target)]
      if (from !== to && /^(blocks|functions|library|shared)\//.test(target)) {
        files.set(`${from} --> ${to}`, [...(files.get(`${from} --> ${to}`) ?? []), file])
      }
    }
  }
  return files
}

function arrowsOfPicture(): string[] {
  const [, picture = ''] =
    /```mermaid\nflowchart TD\n([^]*?)```/.exec(read('docs/architecture.md')) ?? []
  return picture
    .trim()
    .split('\n')
    .map((line) => line.trim())
}

/** Every node that can be reached along arrows. */
function reachable(arrows: string[], from: string, seen = new Set<string>()): Set<string> {
  for (const arrow of arrows) {
    const [start, end = ''] = arrow.split(' --> ')
    if (start !== from || seen.has(end)) continue
    seen.add(end)
    reachable(arrows, end, seen)
  }
  return seen
}

const imports = importsBetweenNodes()
const arrows = arrowsOfPicture()

test('every import follows the arrows of docs/architecture.md', () => {
  expect(imports.size).toBeGreaterThan(30)
  const strays = [...imports].filter(([arrow]) => {
    const [from = '', to = ''] = arrow.split(' --> ')
    return !reachable(arrows, from).has(to)
  })
  expect(Object.fromEntries(strays)).toEqual({})
})

test('every arrow of docs/architecture.md is an import', () => {
  expect(arrows.filter((arrow) => !imports.has(arrow))).toEqual([])
})

test('the arrows of docs/architecture.md have no circle', () => {
  const nodes = new Set(arrows.flatMap((arrow) => arrow.split(' --> ')))
  expect([...nodes].filter((node) => reachable(arrows, node).has(node))).toEqual([])
})
