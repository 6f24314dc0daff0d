import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = globSync(['*.md', 'docs/**/*.md', 'infra/clamav/*.md'], { cwd: root })
const testFiles = globSync('{tests,infra/tests}/**/*.test.ts', {
  cwd: root,
  exclude: (name) => name.includes('node_modules'),
})
const testSources = globSync('tests/**/*.ts', {
  cwd: root,
  exclude: (name) => name.includes('node_modules'),
})
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n')
const text = (page: string) => readFileSync(join(root, page), 'utf8')
const prose = (page: string) => text(page).replaceAll(/^( *)```[^]*?^\1```$/gm, '')

const scripts = new Set(
  ['package.json', 'infra/package.json', 'tests/emulators/firebase-cli/package.json'].flatMap(
    (name) => Object.keys((JSON.parse(text(name)) as { scripts?: object }).scripts ?? {}),
  ),
)

/** The file that the example in CONTRIBUTING.md creates. */
const exampleFile = 'tests/e2e/cases/reads/digest.ts'

/** The anchors that GitHub gives the headings of a page, and those that the page sets itself. */
function anchorsOf(page: string): string[] {
  const headings = [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  const own = [...text(page).matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id)
  return [...headings, ...own]
}

function linksOf(page: string): string[] {
  const targets = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return true
  return anchor !== undefined && !anchorsOf(target).includes(anchor)
}

/** A path of the repository between backticks; `*`, `…` and braces stand for names. */
function pathsOf(page: string): string[] {
  const paths = /`((?:shared|functions|tests|library|infra|docs|scripts|examples)\/[^`\s]*)`/g
  return [...text(page).matchAll(paths)].map(([, path = '']) => path)
}

function isMissing(path: string): boolean {
  if (path === exampleFile) return false
  return globSync(path.replaceAll(/…|\{\w+\}/g, '*'), { cwd: root }).length === 0
}

/** The parts of paths that the commands of a page filter test files by. */
function filtersOf(page: string): string[] {
  const commands = [...text(page).matchAll(/npx vitest run ([^`\n]+)/g)]
  return commands.flatMap(([, rest = '']) =>
    rest
      .replaceAll(/ -t (?:"[^"]*"|'[^']*'|\S+)/g, '')
      .trim()
      .split(/\s+/),
  )
}

/** The scripts that a page runs with `npm run`. */
function scriptsOf(page: string): string[] {
  return [...text(page).matchAll(/npm run ([a-z0-9:]+)/g)].map(([, name = '']) => name)
}

/** The texts that the commands of a page filter test names by, one for each alternative of `-t`. */
function nameFiltersOf(page: string): string[] {
  const options = [
    ...text(page).matchAll(/npx vitest run [^`\n]*? -t (?:"([^"]*)"|'([^']*)'|(\S+?)[`\s])/g),
  ]
  return options.flatMap(([, ...forms]) => (forms.find(Boolean) ?? '').split(/\\?\|/))
}

test('finds the pages, their links, paths and commands', () => {
  expect(pages).toContain('README.md')
  expect(linksOf('README.md').length).toBeGreaterThan(15)
  expect(pathsOf('CONTRIBUTING.md').length).toBeGreaterThan(20)
  expect(filtersOf('docs/reliability.md').length).toBeGreaterThan(50)
  expect(nameFiltersOf('docs/reliability.md').length).toBeGreaterThan(5)
})

describe.each(pages)('%s', (page) => {
  test('links to pages and headings that exist', () => {
    expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([])
  })

  test('names paths that exist', () => {
    expect(pathsOf(page).filter(isMissing)).toEqual([])
  })

  test('names commands whose test files exist', () => {
    const unknown = filtersOf(page).filter((part) => !testFiles.some((file) => file.includes(part)))
    expect(unknown).toEqual([])
  })

  test('names npm scripts that exist', () => {
    expect(scriptsOf(page).filter((name) => !scripts.has(name))).toEqual([])
  })

  test('names commands whose test names exist', () => {
    const unknown = nameFiltersOf(page).filter((name) => !testSources.includes(name))
    expect(unknown).toEqual([])
  })
})
