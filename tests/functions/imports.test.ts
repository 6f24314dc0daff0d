import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { importRoutes } from '../../functions/imports.ts'
import { httpApp } from '../support/http/http-app.ts'
import { expectProblem } from '../support/http/problem.ts'
import { openLocalWorkspace } from '../workspace/local-workspace.ts'

const most = 32

test('limits a user to 32 concurrent imports, and accepts another when one ends', async () => {
  await using workspace = await openLocalWorkspace()
  const bodies: PassThrough[] = []
  const asked = Promise.withResolvers<void>()
  const fetchUrl = async () => {
    const body = new PassThrough()
    if (bodies.push(body) === most) asked.resolve()
    return { body, sizeBytes: 1 }
  }
  const sources = { fetchUrl, openObject: async () => undefined }
  const { app } = httpApp((routes) =>
    routes.route('/', importRoutes({ ...workspace.ports, sources })),
  )
  const post = async (user: string, path: string) =>
    app.request('http://localhost/api/workspace/imports', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer local:${user}`,
        Prefer: 'wait=0',
      },
      body: JSON.stringify({ source: 'https://files.example.com/a', path }),
    })
  const inFlight = Array.from({ length: most }, (_, n) => post('ann', `/${n}`))
  await asked.promise
  await expectProblem(await post('ann', '/more'), 429, 'too-many-requests')
  const other = post('bob', '/0')

  for (const body of bodies) body.end('x')
  for (const { status } of await Promise.all(inFlight)) expect(status).toBe(202)
  const next = post('ann', '/more')
  await expect.poll(() => bodies.length).toBe(most + 2)
  for (const body of bodies) body.end('x')
  expect((await other).status).toBe(202)
  expect((await next).status).toBe(202)
})
