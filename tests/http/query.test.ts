import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseQuery } from '../../shared/http/query.ts'
import { flag, integer } from '../../shared/api/text-fields.ts'
import { httpApp } from '../support/http/http-app.ts'
import { expectProblem } from '../support/http/problem.ts'

const schema = z.object({
  q: z.string().optional(),
  deep: flag.optional(),
  limit: integer(1, 1000).default(200),
  sort: z.enum(['created', 'path']).optional(),
})
const { app } = httpApp((routes) => routes.get('/list', (c) => c.json(parseQuery(c, schema))))
const ask = (query: string) => {
  const url = `/api/workspace/list?${query}`
  return app.request('/api/workspace/list', {}, { incoming: { url } })
}

describe('query parameters', () => {
  test.each([
    ['', { limit: 200 }],
    ['limit=1', { limit: 1 }],
    ['limit=1000', { limit: 1000 }],
    ['limit=007', { limit: 7 }],
    ['deep=true', { deep: true, limit: 200 }],
    ['deep=false', { deep: false, limit: 200 }],
    ['q=', { q: '', limit: 200 }],
    ['q', { q: '', limit: 200 }],
    ['q=a+b%2Bc=d', { q: 'a b+c=d', limit: 200 }],
    ['q=%C3%A9', { q: 'é', limit: 200 }],
    ['%71=x', { q: 'x', limit: 200 }],
    ['q=%25_', { q: '%_', limit: 200 }],
    ['sort=path', { sort: 'path', limit: 200 }],
    ['unknown=1&unknown=2&__proto__=x&constructor=y&%=%&bad=%ff', { limit: 200 }],
    ['&&q=x&&', { q: 'x', limit: 200 }],
  ])('%j is %j', async (query, expected) => {
    const response = await ask(query)
    expect(await response.json()).toEqual(expected)
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=+1', 'limit'],
    ['limit=%201', 'limit'],
    ['limit=1.0', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=0x10', 'limit'],
    ['limit=', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=٣', 'limit'],
    ['limit=99999999999999999999', 'limit'],
    ['limit=1&limit=1', 'limit'],
    ['limit=1&%6cimit=2', 'limit'],
    ['deep=TRUE', 'deep'],
    ['deep=1', 'deep'],
    ['deep=', 'deep'],
    ['deep', 'deep'],
    ['sort=size', 'sort'],
    ['q=%', 'q'],
    ['q=%ff', 'q'],
    ['q=a&q=b', 'q'],
  ])('rejects %j naming %s', async (query, field) => {
    await expectProblem(await ask(query), 400, 'invalid-request', field)
  })

  test('names every invalid parameter with its rule', async () => {
    const problem = await expectProblem(await ask('limit=x&deep=y&sort=z'), 400, 'invalid-request')
    expect(problem.errors).toEqual([
      { field: 'deep', detail: 'must be one of "true", "false"' },
      { field: 'limit', detail: 'must be a whole number from 1 to 1000, in decimal digits' },
      { field: 'sort', detail: 'must be one of "created", "path"' },
    ])
  })
})
