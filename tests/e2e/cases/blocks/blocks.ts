import { describe, expect, test } from 'vitest'
import { picture8x4 } from '../../../../blocks/fixtures/pictures.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { Caller, CallOptions } from '../../support/caller.ts'

const resizeImage = '6d1b6b0e-3b0a-4c55-9d0b-6f0f0a7d2c11'

interface Output {
  name: string
  value: unknown
}
interface Run {
  id: string
  state: string
  outputs: Output[]
  error: { code: string; detail: string } | null
}

const input = { image: picture8x4, width: 4, format: 'png' }

const run = (user: Caller, options: CallOptions = {}, json: unknown = { input }) =>
  user.call('POST', `/blocks/${resizeImage}/run`, { json, ...options })

const outputOf = ({ outputs }: { outputs: Output[] }, name: string) =>
  outputs.find((output) => output.name === name)?.value

export function blockCases(api: Api): void {
  describe('GET /blocks', () => {
    test('lists blocks, exact names first, in pages', async () => {
      const user = await api.newUser()
      const found = await user.get('/blocks', { query: { q: 'ResizeImage', limit: 1 } })
      expect(await found.json()).toMatchObject({
        blocks: [{ id: resizeImage, name: 'ResizeImage' }],
      })
      const names: string[] = []
      let cursor = ''
      do {
        const query = { limit: 2, ...(cursor !== '' && { cursor }) }
        const page = (await (await user.get('/blocks', { query })).json()) as {
          blocks: { name: string }[]
          nextCursor?: string
        }
        expect(page.blocks.length).toBeLessThanOrEqual(2)
        names.push(...page.blocks.map(({ name }) => name))
        cursor = page.nextCursor ?? ''
      } while (cursor !== '')
      expect(names).toEqual([...new Set(names)].toSorted())
      expect(names).toContain('ResizeImage')
    })

    test('filters by category, and refuses the cursor of another query', async () => {
      const user = await api.newUser()
      const images = await user.get('/blocks', { query: { category: 'images' } })
      expect(JSON.stringify(await images.json())).toContain('ResizeImage')
      const none = await user.get('/blocks', { query: { category: 'nonsense' } })
      expect(await none.json()).toEqual({ blocks: [], hasMore: false })
      await expectProblem(
        await user.get('/blocks', { query: { cursor: 'a.b' } }),
        400,
        'invalid-request',
      )
    })
  })

  describe('GET /blocks/{id}', () => {
    test('answers strict JSON Schemas, and 304 to a client that has them', async () => {
      const user = await api.newUser()
      const response = await user.get(`/blocks/${resizeImage}`)
      expect(await response.json()).toMatchObject({
        name: 'ResizeImage',
        input: {
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          additionalProperties: false,
          required: ['image'],
        },
        output: { properties: { error: { type: 'string' } } },
      })
      const etag = response.headers.get('etag') ?? ''
      const headers = { 'if-none-match': etag }
      expect((await user.get(`/blocks/${resizeImage}`, { headers })).status).toBe(304)
    })

    test.each(['nothing', '00000000-0000-4000-8000-000000000000'])('%s is 404', async (id) => {
      const user = await api.newUser()
      await expectProblem(await user.get(`/blocks/${id}`), 404, 'not-found')
      await expectProblem(
        await user.call('POST', `/blocks/${id}/run`, { json: {} }),
        404,
        'not-found',
      )
    })
  })

  describe('POST /blocks/{id}/run', () => {
    test('answers the record with references to scanned files', async () => {
      const user = await api.newUser()
      const response = await run(user)
      expect(response.status).toBe(200)
      const record = (await response.json()) as Run
      expect(record).toMatchObject({ state: 'completed', error: null })
      expect(response.headers.get('location')).toMatch(new RegExp(`/runs/${record.id}$`))
      expect([outputOf(record, 'width'), outputOf(record, 'height')]).toEqual([4, 2])
      const [, id = ''] =
        /^workspace:\/\/(.+)#image\/png$/.exec(String(outputOf(record, 'image'))) ?? []
      const file = await user.get(`/files/${id}`)
      expect(await file.json()).toMatchObject({
        state: 'ready',
        origin: 'generated',
        metadata: { run: record.id, block: resizeImage },
      })
    })

    test('takes a file of the workspace by its path', async () => {
      const user = await api.newUser()
      const bytes = Buffer.from(picture8x4.split(',')[1] ?? '', 'base64')
      await user.call('PUT', '/content/photo.png', { body: bytes })
      const response = await run(user, {}, { input: { ...input, image: 'workspace:///photo.png' } })
      expect(await response.json()).toMatchObject({ state: 'completed' })
    })

    test('stores the files of a session in the session', async () => {
      const user = await api.newUser()
      await run(user, {}, { input, session: 's1' })
      const listing = await user.get('/files', { query: { session: 's1' } })
      expect(await listing.json()).toMatchObject({ files: [{ sessionId: 's1' }] })
    })

    test.each([
      ['application/x-ndjson', (text: string) => text.trim().split('\n')],
      [
        'text/event-stream',
        (text: string) => [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => data),
      ],
    ])('sends events as %s', async (accept, linesOf) => {
      const user = await api.newUser()
      const response = await run(user, { headers: { accept } })
      expect(response.headers.get('content-type')).toBe(accept)
      const events = linesOf(await response.text()).map((line) => JSON.parse(line) as Output)
      expect(events.map((event) => (event as unknown as { type: string }).type)).toEqual([
        'started',
        'output',
        'output',
        'output',
        'completed',
      ])
      expect(events.slice(1, 4).map(({ name }) => name)).toEqual(['image', 'width', 'height'])
    })

    test.each([
      ['a field that the block does not have', { image: picture8x4, widht: 4 }, 'widht'],
      ['a missing field', { width: 4 }, 'image'],
      ['a value outside its range', { image: picture8x4, width: 0 }, 'width'],
    ])('%s is 400 with its name, and leaves no run', async (_, wrong, field) => {
      const user = await api.newUser()
      const problem = await expectProblem(
        await run(user, {}, { input: wrong }),
        400,
        'invalid-request',
      )
      expect(problem).toMatchObject({ errors: [{ field }] })
      expect(await (await user.get('/runs')).json()).toEqual({ runs: [], hasMore: false })
    })

    test('a run that fails is 200 with the reason', async () => {
      const user = await api.newUser()
      const response = await run(user, {}, { input: { ...input, image: 'data:text/plain,hello' } })
      expect(await response.json()).toMatchObject({
        state: 'failed',
        outputs: [],
        error: {
          code: 'unsupported-type',
          detail: 'image: This must be image/*, and is text/plain.',
        },
      })
    })

    test('an Idempotency-Key is one run, and belongs to its input', async () => {
      const user = await api.newUser()
      const headers = { 'idempotency-key': 'key-1' }
      const first = (await (await run(user, { headers })).json()) as Run
      expect(await (await run(user, { headers })).json()).toEqual(first)
      const events = await run(user, { headers: { ...headers, accept: 'application/x-ndjson' } })
      expect((await events.text()).trim().split('\n')).toHaveLength(5)
      const other = await run(user, { headers }, { input: { ...input, width: 5 } })
      await expectProblem(other, 422, 'key-reused')
      expect(await (await user.get('/runs')).json()).toMatchObject({ runs: [{ id: first.id }] })
    })
  })

  describe('runs', () => {
    test('are listed, the last first, and read with their outputs', async () => {
      const user = await api.newUser()
      const first = (await (await run(user)).json()) as Run
      const second = (await (await run(user)).json()) as Run
      const page = (await (await user.get('/runs', { query: { limit: 1 } })).json()) as {
        runs: Run[]
        nextCursor: string
      }
      expect(page.runs.map(({ id }) => id)).toEqual([second.id])
      const { nextCursor: cursor } = page
      const next = await user.get('/runs', { query: { limit: 1, cursor } })
      expect(await next.json()).toMatchObject({ runs: [{ id: first.id }], hasMore: false })
      expect(await (await user.get(`/runs/${first.id}`)).json()).toEqual(first)
    })

    test('that have ended cannot be cancelled', async () => {
      const user = await api.newUser()
      const record = (await (await run(user)).json()) as Run
      const response = await user.call('DELETE', `/runs/${record.id}`)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual(record)
    })

    test('of other users and sessions do not exist', async () => {
      const user = await api.newUser()
      const record = (await (await run(user, {}, { input, session: 's1' })).json()) as Run
      const other = await api.newUser()
      for (const method of ['GET', 'DELETE']) {
        await expectProblem(await other.call(method, `/runs/${record.id}`), 404, 'not-found')
        await expectProblem(await user.call(method, '/runs/nonsense'), 404, 'not-found')
      }
      expect(await (await other.get('/runs')).json()).toEqual({ runs: [], hasMore: false })
    })
  })
}
