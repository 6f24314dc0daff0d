import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import { parseDisposition } from '../../../support/http/rfc8187.ts'
import type { Api } from '../../support/api.ts'

const json = { headers: { accept: 'application/json' } }

export function signedCases(api: Api): void {
  describe('signed URLs', () => {
    test('download is 302 to a URL that needs no token', async () => {
      const user = await api.newUser()
      const { id } = await user.store('/a.txt', 'hello')
      const response = await user.get(`/files/${id}/download`)
      expect(response.status).toBe(302)
      const location = new URL(response.headers.get('location') ?? '', user.url(''))
      const served = await fetch(location)
      expect(served.status).toBe(200)
      expect(await served.text()).toBe('hello')
    })

    test('Accept: application/json answers the URL and its expiry', async () => {
      const { url, expiresAt, served } = await signed(api, { expiresIn: 60 })
      expect(url).toMatch(/^https?:\/\//)
      const seconds = (Date.parse(expiresAt) - Date.now()) / 1000
      expect(seconds).toBeGreaterThan(30)
      expect(seconds).toBeLessThanOrEqual(61)
      expect(await (await served()).text()).toBe('hello')
    })

    test.each<[accept: string, fileName: string, status: number]>([
      ['*/*', 'a.txt', 302],
      ['application/json, text/plain, */*', 'a.txt', 302],
      ['application/json;q=0, */*', 'a.txt', 302],
      ['application/json;q=0', 'a.txt', 302],
      ['text/html,application/xhtml+xml,*/*;q=0.8', 'a.txt', 302],
      ['image/png', 'a.txt', 302],
      ['application/json; charset=utf-8', 'a.txt', 200],
      ['application/json, */*;q=0.1', 'a.txt', 200],
      ['application/json', 'a.json', 200],
      ['application/json, */*', 'a.json', 302],
    ])('Accept: %s for a file of type %s is %i', async (accept, name, status) => {
      const user = await api.newUser()
      const { id } = await user.store(`/${name}`, '{}')
      const response = await user.get(`/files/${id}/download`, { headers: { accept } })
      expect(response.status).toBe(status)
      expect(response.headers.get('vary')).toMatch(/\bAccept\b/)
    })

    test('a signed URL serves the name and type of the file as an untrusted attachment', async () => {
      const { served } = await signed(api)
      for (const method of ['GET', 'HEAD']) {
        const { headers, status } = await served({ method })
        expect(status).toBe(200)
        expect(headers.get('content-type')).toMatch(/^text\/plain/)
        const disposition = parseDisposition(headers.get('content-disposition'))
        expect(disposition).toMatchObject({ type: 'attachment', extended: 'naïve "a".txt' })
        expect(headers.get('content-length')).toBe('5')
      }
    })

    test('a signed URL serves the signed generation after an overwrite', async () => {
      const { user, served } = await signed(api)
      await user.store('/naïve "a".txt', 'overwritten')
      expect(await (await served()).text()).toBe('hello')
    })

    test('a signed URL serves ranges', async () => {
      const { served } = await signed(api)
      const response = await served({ headers: { range: 'bytes=1-2' } })
      expect(response.status).toBe(206)
      expect(await response.text()).toBe('el')
    })

    test('a signed URL allows only reading', async () => {
      const { user, served } = await signed(api)
      for (const method of ['PUT', 'DELETE', 'POST']) {
        expect((await served({ method })).ok).toBe(false)
      }
      expect((await user.list()).files).toHaveLength(1)
    })

    test('refuses a link with any part changed', async () => {
      const { url, other } = await signed(api)
      const original = new URL(url)
      for (const name of original.searchParams.keys()) {
        const value = original.searchParams.get(name) ?? ''
        const forged = [change(value), `${value}0`, value.slice(0, -1), '']
        for (const each of [...forged, other.searchParams.get(name) ?? '']) {
          if (each === value) continue
          const broken = new URL(url)
          broken.searchParams.set(name, each)
          await expectRefused(broken)
        }
        const without = new URL(url)
        without.searchParams.delete(name)
        await expectRefused(without)
      }
      const elsewhere = new URL(url)
      elsewhere.pathname = other.pathname
      if (elsewhere.pathname !== original.pathname) await expectRefused(elsewhere)
    })

    test('refuses an expired link', async () => {
      const { served } = await signed(api, { expiresIn: 1 })
      const refused = async () => isRefusal((await served()).status)
      await expect.poll(refused, { timeout: 10_000, interval: 200 }).toBe(true)
    })

    test('a purged file’s links serve nothing', async () => {
      const { user, id, served } = await signed(api)
      await user.call('DELETE', `/files/${id}`, { query: { purge: true } })
      expect((await served()).status).toBe(404)
    })

    test.each(['0', '-1', '604801', '1.5', '1e3', 'x', ''])(
      'expiresIn that is not 1 to 604800 seconds is 400: "%s"',
      async (expiresIn) => {
        const user = await api.newUser()
        const { id } = await user.store('/a.txt')
        const response = await user.get(`/files/${id}/download`, { query: { expiresIn } })
        await expectProblem(response, 400, 'invalid-request', 'expiresIn')
      },
    )

    test('a link is valid for at most a week, and five minutes by default', async () => {
      const { user, id } = await signed(api, { expiresIn: 604_800 })
      const response = await user.get(`/files/${id}/download`, json)
      const { expiresAt } = (await response.json()) as { expiresAt: string }
      const seconds = (Date.parse(expiresAt) - Date.now()) / 1000
      expect(seconds).toBeGreaterThan(240)
      expect(seconds).toBeLessThanOrEqual(301)
    })
  })
}

/** A file `/naïve "a".txt` with the text `hello`, and a link to it. */
export async function signed(api: Api, query: Record<string, number> = {}) {
  const user = await api.newUser()
  const sign = async (path: string) => {
    const { id } = await user.store(path, 'hello')
    const response = await user.get(`/files/${id}/download`, { ...json, query })
    expect(response.status).toBe(200)
    const { url, expiresAt } = (await response.json()) as { url: string; expiresAt: string }
    return { id, url: new URL(url, user.url('')).href, expiresAt }
  }
  const link = await sign('/naïve "a".txt')
  return {
    ...link,
    user,
    other: await otherLink(api),
    served: (init: RequestInit = {}) => fetch(link.url, init),
  }
}

/** A valid link to another user's file, whose parts are used for forgeries. */
async function otherLink(api: Api): Promise<URL> {
  const user = await api.newUser()
  const { id } = await user.store('/other.html', 'another')
  const query = { expiresIn: 1000 }
  const response = await user.get(`/files/${id}/download`, { ...json, query })
  const { url } = (await response.json()) as { url: string }
  return new URL(url, user.url(''))
}

function change(value: string): string {
  const middle = Math.floor(value.length / 2)
  return value.slice(0, middle) + (value[middle] === '1' ? '2' : '1') + value.slice(middle + 1)
}

/** 403 from the service; Cloud Storage answers 400 for an expired or malformed link. */
const isRefusal = (status: number) => status === 400 || status === 403

async function expectRefused(url: URL): Promise<void> {
  const { status } = await fetch(url)
  expect({ url: url.href, status, refused: isRefusal(status) }).toMatchObject({ refused: true })
}
