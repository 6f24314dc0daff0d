import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import { rawRequest } from '../../../support/http/raw-http.ts'
import type { Api } from '../../support/api.ts'
import { expectNothingStored } from '../../support/caller.ts'

/** Cases for every mode of authentication: a header without a token is refused. */
export function anonymousCases(api: Api): void {
  describe('credentials', () => {
    test.each(['Bearer', 'Bearer ', 'Bearer nonsense', 'Basic bG9jYWw6eA==', 'Bearer local:', 'x'])(
      'answers 401 with WWW-Authenticate for a header without a token: "%s"',
      async (authorization) => {
        const user = await api.newUser()
        for (const route of [
          '/files',
          '/usage',
          '/content/a.txt',
          `/files/${crypto.randomUUID()}`,
        ]) {
          const response = await fetch(user.url(route), { headers: { authorization } })
          expect(response.headers.get('www-authenticate')).toMatch(/^Bearer\b/)
          await expectProblem(response, 401, 'unauthenticated')
        }
      },
    )

    test('rejects two Authorization headers', async () => {
      const [one, two] = [await api.newUser(), await api.newUser()]
      const response = await rawRequest(api.server.url, {
        method: 'GET',
        target: '/api/workspace/files',
        headers: [
          ['Authorization', one.authorization],
          ['Authorization', two.authorization],
        ],
      })
      await expectProblem(response, 401, 'unauthenticated')
    })

    test('the scheme is case-insensitive (RFC 9110 §11.1)', async () => {
      const user = await api.newUser()
      const authorization = user.authorization.replace('Bearer', 'bEARER')
      expect((await fetch(user.url('/usage'), { headers: { authorization } })).status).toBe(200)
    })

    test('answers a refused upload of any length and stores nothing', async () => {
      const user = await api.newUser()
      const response = await fetch(user.url('/content/a.bin'), {
        method: 'PUT',
        headers: { authorization: 'Bearer nonsense' },
        body: new Uint8Array(2_000_000),
      })
      await expectProblem(response, 401, 'unauthenticated')
      await expectNothingStored(user)
    })
  })
}
