import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { environmentSchema } from '../../shared/config/config-schema.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (name: string) => readFileSync(join(root, name), 'utf8')

/** Lists the texts between backticks in the first column of a page's tables. */
function firstCells(page: string): string[] {
  const rows = [...read(page).matchAll(/^\| ((?:[^|\\]|\\\|)+) \|/gm)]
  return rows.flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code),
  )
}

/** The routes that a file registers with Hono, as a page writes them: `/files/{}`. */
function routesOf(source: string): string[] {
  const single = source.matchAll(/\.(get|post|put|patch|delete)\(\s*'(\/[^']+)'/g)
  return [...single].map(([, method = '', path = '']) => route(method, path))
}

function route(method: string, path: string): string {
  const place = path.replaceAll(/:\w+|\{\w+\}|\*|…/g, '{}').replace('/api/workspace', '')
  return `${method.toUpperCase()} ${place}`
}

/** `GET`, `PUT /a` and `GET /a`, `/b` as one method and path each. */
function documentedRoutes(): Set<string> {
  const rows = [...read('docs/api.md').matchAll(/^\| (`(?:GET|POST|PUT|PATCH|DELETE)\b[^|]*) \|/gm)]
  const routes = rows.flatMap(([, cell = '']) => {
    const codes = [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
    const methods = codes.flatMap((code) => /^[A-Z]+/.exec(code)?.[0] ?? [])
    const paths = codes.flatMap((code) => /\/\S*$/.exec(code)?.[0] ?? [])
    return methods.flatMap((method) => paths.map((path) => route(method, path)))
  })
  return new Set(routes)
}

test('docs/configuration.md has every variable of the schema', () => {
  const documented = new Set(firstCells('docs/configuration.md'))
  const variables = Object.keys(environmentSchema.shape)
  expect(variables.length).toBeGreaterThan(40)
  expect(variables.filter((name) => !documented.has(name))).toEqual([])
})

test('docs/api.md has every route of the functions', () => {
  const internal = new Set(['POST /render', 'POST /text', 'POST /normalize'])
  const sources = globSync('{functions/*.ts,functions/changes/*.ts,shared/http/**/*.ts}', {
    cwd: root,
  })
  const routes = sources.flatMap((name) => routesOf(read(name)))
  expect(routes.length).toBeGreaterThan(20)
  const documented = documentedRoutes()
  expect(routes.filter((it) => !documented.has(it) && !internal.has(it))).toEqual([])
})

test('docs/api.md has every error code', () => {
  const [, union = ''] = /type ErrorCode =([^]*?)\n\n/.exec(read('shared/model/errors.ts')) ?? []
  const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code = '']) => code)
  expect(codes.length).toBeGreaterThan(20)
  const documented = new Set(firstCells('docs/api.md'))
  expect(codes.filter((code) => !documented.has(code))).toEqual([])
})
