import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { startMetadataServer } from '../../support/http/metadata-server.ts'
import { isSigned, motley, signed } from '../../support/files/pictures.ts'
import { expectProblem } from '../../support/http/problem.ts'
import { startRenderFront } from '../../support/http/render-front.ts'
import { startRenderProcess } from '../../support/http/render-process.ts'
import { startFunction } from './function-server.ts'
import { startIssuer } from '../support/issuer.ts'

const base = '/api/workspace'
const photo = await signed(motley()).jpeg().toBuffer()
/** Larger than the limit of Cloud Run for HTTP/1. */
const large = await sharp({
  create: { width: 4000, height: 3000, channels: 3, background: 'red' },
})
  .tiff({ compression: 'none' })
  .toBuffer()

async function store(url: string, path: string, body: string | Buffer<ArrayBuffer>, query = '') {
  const answer = await fetch(`${url}${base}/content${path}${query}`, {
    method: 'PUT',
    headers: { prefer: 'wait=30' },
    body,
  })
  return { answer, file: (await answer.clone().json()) as { id: string } }
}

const preview = (url: string, id: string) => fetch(`${url}${base}/files/${id}/preview?w=128`)

describe('a function with the service "render"', () => {
  test('delegates previews and normalized images of any size', async () => {
    await using render = await startRenderProcess()
    await using api = await startFunction('api', { env: { RENDER_SERVICE_URL: render.origin } })
    const { file } = await store(api.url, '/large.tiff', large)
    const shown = await preview(api.url, file.id)
    expect(shown.status).toBe(200)
    expect(await sharp(await shown.arrayBuffer()).metadata()).toMatchObject({ width: 128 })
    const { answer } = await store(api.url, '/photo.jpg', photo, '?normalize=image&maxWidth=30')
    expect(answer.status).toBe(201)
    const kept = Buffer.from(
      await (await fetch(`${api.url}${base}/content/photo.jpg`)).arrayBuffer(),
    )
    expect([isSigned(photo), isSigned(kept)]).toEqual([true, false])
    expect(await sharp(kept).metadata()).toMatchObject({ format: 'jpeg', width: 30 })
    await render.stop('SIGTERM')
    expect(render.lines.join('\n')).toMatch(/POST \/render 200[^]*POST \/normalize 200/)
  })

  test('answers the error of the renderer for a failed preview', async () => {
    await using render = await startRenderProcess()
    await using api = await startFunction('api', { env: { RENDER_SERVICE_URL: render.origin } })
    const { file } = await store(api.url, '/half.jpg', photo.subarray(0, 300))
    const { detail } = await expectProblem(await preview(api.url, file.id), 415, 'unsupported-type')
    expect(detail).toContain('damaged')
  })

  test('answers 503 with Retry-After while the service is unavailable, and serves other routes', async () => {
    const render = await startRenderProcess()
    const lines: string[] = []
    await using api = await startFunction('api', {
      env: { RENDER_SERVICE_URL: render.origin },
      onLine: (line) => lines.push(line),
    })
    const { file } = await store(api.url, '/photo.jpg', photo)
    await render.stop('SIGKILL')

    const [away, listed] = await Promise.all([
      preview(api.url, file.id),
      fetch(`${api.url}${base}/files`),
    ])
    await expectProblem(away, 503, 'renderer-unavailable')
    expect(away.headers.get('retry-after')).toBe('5')
    expect(listed.status).toBe(200)
    const content = await fetch(`${api.url}${base}/files/${file.id}/content`)
    expect(Buffer.from(await content.arrayBuffer()).equals(photo)).toBe(true)
    const { file: text } = await store(api.url, '/a.txt', 'a text')
    expect(await (await preview(api.url, text.id)).text()).toBe('a text')
    expect(lines.join('\n')).toContain('cannot be reached')

    const { answer } = await store(api.url, '/other.jpg', photo, '?normalize=image')
    await expectProblem(answer, 503, 'renderer-unavailable')
    expect((await fetch(`${api.url}${base}/content/other.jpg`)).status).toBe(404)

    await using _back = await startRenderProcess(Number(new URL(render.origin).port))
    expect((await preview(api.url, file.id)).status).toBe(200)
  })

  test('sends an ID token for the service', async () => {
    await using metadata = await startMetadataServer()
    await using render = await startRenderProcess()
    const mayInvoke = (token: string) => metadata.tokens.includes(token)
    await using front = await startRenderFront(render.origin, mayInvoke)
    await using api = await startFunction('api', {
      env: {
        ...metadata.env,
        RENDER_SERVICE_URL: front.origin,
        NODE_EXTRA_CA_CERTS: front.certificateFile,
      },
    })
    for (const path of ['/a.jpg', '/b.jpg']) {
      const { file } = await store(api.url, path, photo)
      expect((await preview(api.url, file.id)).status).toBe(200)
    }
    expect([front.passed, front.refused]).toEqual([2, 0])
    // The client reuses a token until it expires.
    expect(metadata.audiences).toEqual([front.origin])
  })

  test('answers 503 if the service refuses its token', async () => {
    await using metadata = await startMetadataServer()
    await using render = await startRenderProcess()
    await using front = await startRenderFront(render.origin, () => false)
    await using api = await startFunction('api', {
      env: {
        ...metadata.env,
        RENDER_SERVICE_URL: front.origin,
        NODE_EXTRA_CA_CERTS: front.certificateFile,
      },
    })
    const { file } = await store(api.url, '/a.jpg', photo)
    await expectProblem(await preview(api.url, file.id), 503, 'renderer-unavailable')
    expect(front.refused).toBe(1)
  })

  test('refuses previews on Cloud Run without RENDER_SERVICE_URL and decodes nothing', async () => {
    await using issuer = await startIssuer()
    await using api = await startFunction('api', { env: { ...issuer.env, K_SERVICE: 'api' } })
    const authorization = `Bearer ${await issuer.token('ann')}`
    const call = (path: string, init: RequestInit = {}) =>
      fetch(`${api.url}${base}${path}`, { ...init, headers: { authorization, prefer: 'wait=30' } })
    const put = (path: string) => call(`/content${path}`, { method: 'PUT', body: photo })
    const stored = await put('/photo.jpg')
    const { id } = (await stored.json()) as { id: string }
    const answers = [await call(`/files/${id}/preview`), await put('/b.jpg?normalize=image')]
    for (const answer of answers) {
      const { detail } = await expectProblem(answer, 415, 'unsupported-type')
      expect(detail).toContain('service "render", which is not set up')
    }
  })
})
