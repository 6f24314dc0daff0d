import { expect, test } from 'vitest'
import { blocks, publicFunctions } from '../program/services/functions.ts'
import { routesOf, templateOf } from '../program/load-balancer.ts'
import { simulate } from './simulate.ts'
import { at, listAt, one, textAt } from './resources.ts'

const services = [...publicFunctions('functions'), blocks].map((fn) => ({ fn }))
const resources = await simulate({ topology: 'functions', domain: 'files.example.com' })
const rules = listAt(one(resources, 'URLMap', 'origin'), 'pathMatchers.0.routeRules')

/** Returns the function that the load balancer selects: that of the first rule with matching method and path. */
function backendOf(method: string, path: string): string {
  const rule = rules.find((rule) => {
    const template = at(rule, 'matchRules.0.pathTemplateMatch')
    if (typeof template !== 'string') return false
    const pattern = template.replace(/\*\*/g, '.+').replace(/(?<!\.)\*(?!\*)/g, '[^/]+')
    const method_ = at(rule, 'matchRules.0.headerMatches.0.exactMatch')
    return method_ === method && new RegExp(`^${pattern}$`).test(path)
  })
  return textAt(rule, 'service')
}

test.each([
  ['POST', '/files', 'upload'],
  ['PUT', '/content/a/b.txt', 'upload'],
  ['GET', '/files', 'list'],
  ['GET', '/usage', 'list'],
  ['GET', '/files/1', 'read'],
  ['GET', '/files/1/content', 'read'],
  ['HEAD', '/content/a/b.txt', 'read'],
  ['GET', '/files/1/download', 'download'],
  ['PATCH', '/files/1', 'update'],
  ['POST', '/files/1/copy', 'update'],
  ['DELETE', '/files/1', 'delete'],
  ['DELETE', '/content/a/b.txt', 'delete'],
  ['DELETE', '/sessions/s', 'delete'],
  ['GET', '/files/1/versions', 'read'],
  ['POST', '/files/1/versions/2/restore', 'update'],
  ['GET', '/archive', 'download'],
  ['GET', '/archive/abc', 'download'],
  ['POST', '/shares', 'download'],
  ['DELETE', '/shares/abc', 'download'],
  ['GET', '/s/abc', 'download'],
  ['HEAD', '/s/abc', 'download'],
  ['GET', '/s/abc/files', 'download'],
  ['GET', '/s/abc/files/a/b.txt', 'download'],
  ['GET', '/folders', 'folders'],
  ['POST', '/folders/restore', 'folders'],
  ['GET', '/operations/1', 'folders'],
  ['GET', '/blocks', 'blocks'],
  ['POST', '/blocks/1/run', 'blocks'],
  ['DELETE', '/runs/1', 'blocks'],
  ['POST', '/mcp', 'mcp'],
  ['GET', '/events', 'changes'],
  ['GET', '/events/stream', 'changes'],
  ['PUT', '/admin/workspaces/ann/quota', 'admin'],
])('%s %s goes to %s', (method, path, fn) => {
  expect(backendOf(method, `/api/workspace${path}`)).toBe(`${fn}-id`)
})

test('the metadata of the MCP server goes to mcp', () => {
  const metadata = rules.filter((rule) => at(rule, 'matchRules.0.fullPathMatch') !== undefined)
  expect(metadata.map((rule) => at(rule, 'matchRules.0.fullPathMatch'))).toContain(
    '/.well-known/oauth-protected-resource/api/workspace/mcp',
  )
  expect(new Set(metadata.map((rule) => textAt(rule, 'service')))).toEqual(new Set(['mcp-id']))
})

test('every route of every function has a rule', () => {
  expect(rules).toHaveLength(routesOf(services).length + 2)
  expect(new Set(rules.map((rule) => at(rule, 'priority'))).size).toBe(rules.length)
})

test('patterns use the syntax of a URL map', () => {
  expect(templateOf('/files/:id/content')).toBe('/api/workspace/files/*/content')
  expect(templateOf('/content/*')).toBe('/api/workspace/content/**')
})

test('with a domain, functions accept requests only through the load balancer', () => {
  expect(one(resources, 'Service', 'read')['ingress']).toBe(
    'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
  )
})
