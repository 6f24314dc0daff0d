import { describe, expect, test } from 'vitest'
import type { Credentials } from '../../../shared/http/auth/identity.ts'
import { openLocal } from '../../../shared/http/auth/local.ts'

const authenticate = openLocal({ origins: ['https://app.example'] })
const ask = (credentials: Partial<Credentials>) =>
  authenticate({
    authorization: undefined,
    host: 'localhost:8080',
    origin: undefined,
    peer: '127.0.0.1',
    ...credentials,
  })

describe('AUTH_MODE=local', () => {
  test.each([
    [undefined, 'local'],
    ['Bearer local:ada', 'ada'],
    ['bearer local:auth0|1:2', 'auth0|1:2'],
    ['Bearer local:../x', '../x'],
  ])('the header %j is the user %s', async (authorization, workspaceId) => {
    expect(await ask({ authorization })).toEqual({
      caller: { workspaceId },
      scopes: new Set(['files:read', 'files:write', 'blocks:run']),
    })
  })

  test.each([
    '',
    'Bearer',
    'Bearer local:',
    'Bearer ada',
    'Basic bG9jYWw6eA==',
    'Bearer local:a b',
    'Bearer local:\u00e9',
    `Bearer local:${'A'.repeat(128)}`,
  ])('rejects the header %j', async (authorization) => {
    await expect(ask({ authorization })).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', undefined])(
    'accepts the peer %s',
    async (peer) => {
      await expect(ask({ peer })).resolves.toBeDefined()
    },
  )

  test.each(['192.168.1.5', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '2001:db8::1'])(
    'rejects the peer %s',
    async (peer) => {
      await expect(ask({ peer })).rejects.toMatchObject({ code: 'forbidden' })
    },
  )

  test.each(['localhost', 'LOCALHOST:1', 'coffer.localhost:80', '127.0.0.1:8080', '[::1]:8080'])(
    'accepts the host %s',
    async (host) => {
      await expect(ask({ host })).resolves.toBeDefined()
    },
  )

  test.each([
    undefined,
    '',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example@localhost.evil',
    '0.0.0.0:8080',
    '169.254.169.254',
  ])('rejects the host %s (DNS rebinding)', async (host) => {
    await expect(ask({ host })).rejects.toMatchObject({ code: 'forbidden' })
  })

  test.each([
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://[::1]:5173',
    'https://app.example',
  ])('accepts a page of %s', async (origin) => {
    await expect(ask({ origin })).resolves.toBeDefined()
  })

  test.each([
    'https://evil.example',
    'null',
    '',
    'https://app.example.evil',
    'http://localhost.evil',
  ])('rejects a page of %j', async (origin) => {
    await expect(ask({ origin })).rejects.toMatchObject({ code: 'forbidden' })
  })
})
