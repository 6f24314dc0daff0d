import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { drawSvg } from '../../../../shared/adapters/preview/draw/svg.ts'
import { openLocalRenderer } from '../../../../shared/adapters/preview/local-renderer.ts'
import { requestOf } from '../../../ports/renderer.ts'
import { temporaryDirectory } from '../../../support/disk-store.ts'
import { hostileSvgs, svg } from '../../../support/files/svg.ts'

const renderer = openLocalRenderer()

const draw = (file: string | Buffer, width = 100) =>
  renderer.render(requestOf(Buffer.from(file), { kind: 'svg', mimeType: 'image/svg+xml', width }))

/** Draws a file in this process, which costs a tenth of the time of another one. */
const drawHere = (file: string | Buffer) => drawSvg(Buffer.from(file), 100)

/** Returns the size of a picture and a function that tells whether the pixel at a relative position is red. */
async function seen(drawing: Promise<Buffer>) {
  const { data, info } = await sharp(await drawing)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const redAt = (x: number, y: number) => {
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 4
    return (data[at] ?? 0) > 200 && (data[at + 1] ?? 0) < 60 && (data[at + 3] ?? 0) > 200
  }
  return { size: [info.width, info.height], redAt }
}

/** The left half is red. */
const half = (width: number, height: number) =>
  `<rect width="${width / 2}" height="${height}" fill="red"/>`

async function shows(href: string): Promise<boolean> {
  const image = `<image width="10" height="10" href="${href}"/>`
  return (await seen(draw(svg('viewBox="0 0 10 10"', image)))).redAt(0.5, 0.5)
}

describe('the preview of an SVG', () => {
  test.each<[string, string, [number, number]]>([
    ['with a viewBox', svg('viewBox="0 0 24 12"', half(24, 12)), [100, 50]],
    ['with a size', svg('width="24" height="12"', half(24, 12)), [100, 50]],
    [
      'with a size in millimetres',
      svg('width="210mm" height="105mm" viewBox="0 0 210 105"', half(210, 105)),
      [100, 50],
    ],
    ['with a size in percent', svg('width="100%" viewBox="0 0 20 40"', half(20, 40)), [100, 200]],
    ['of a pixel', svg('viewBox="0 0 1 0.5"', half(1, 0.5)), [100, 50]],
    ['of a million pixels', svg('viewBox="0 0 1e6 1e6"', half(1e6, 1e6)), [100, 100]],
    ['that is tall', svg('viewBox="0 0 10 1000"', half(10, 1000)), [4, 400]],
    ['that is flat', svg('viewBox="0 0 1000 10"', half(1000, 10)), [100, 1]],
  ])('fills the width: a drawing %s', async (_, file, size) => {
    const picture = await seen(drawHere(file))
    picture.size.forEach((pixels, index) =>
      expect(Math.abs(pixels - (size[index] ?? 0))).toBeLessThanOrEqual(1),
    )
    expect([picture.redAt(0.24, 0.5), picture.redAt(0.76, 0.5)]).toEqual([true, false])
  })

  const plain = svg('viewBox="0 0 20 10"', half(20, 10))
  test.each<[string, Buffer]>([
    ['compressed', gzipSync(plain)],
    ['in UTF-8 with a byte order mark', Buffer.from(`\ufeff<?xml version="1.0"?>${plain}`)],
    ['in UTF-16', Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${plain}`, 'utf16le')],
    [
      'in UTF-16, big-endian',
      Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${plain}`, 'utf16le').swap16(),
    ],
    [
      'in Latin-1',
      Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?><!--é-->${plain}`, 'latin1'),
    ],
    ['after a long comment', Buffer.from(`<!--${'é'.repeat(9000)}-->${plain}`)],
    [
      'after a document type with entities',
      Buffer.from(
        `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY fill "red">]>\n<!--${'a'.repeat(2000)}-->${plain.replace('"red"', '"&fill;"')}`,
      ),
    ],
  ])('shows a file %s', async (_, file) => {
    const picture = await seen(drawHere(file))
    expect(picture.size).toEqual([100, 50])
    expect([picture.redAt(0.24, 0.5), picture.redAt(0.76, 0.5)]).toEqual([true, false])
  })

  test('shows embedded pictures, but no files of the server', async () => {
    await using directory = await temporaryDirectory()
    const create = { width: 8, height: 8, channels: 3, background: 'red' } as const
    const red = await sharp({ create }).png().toBuffer()
    await writeFile(`${directory.path}/red.png`, red)
    expect(await shows(`data:image/png;base64,${red.toString('base64')}`)).toBe(true)
    expect(await shows(`file://${directory.path}/red.png`)).toBe(false)
    expect(await shows(`${directory.path}/red.png`)).toBe(false)
    expect(await shows('source')).toBe(false)
  })

  test.each(Object.entries(hostileSvgs))(
    'is drawn or rejected in time: %s',
    async (_, file) => {
      const outcome = await draw(file).then(
        () => 'drawn',
        (error: unknown) => (error as { code?: string }).code,
      )
      expect(['drawn', 'unsupported-type']).toContain(outcome)
    },
    30_000,
  )

  test.each(['deep nesting', 'entities that expand', 'an entity with a file'])(
    'rejects %s',
    async (name) => {
      await expect(draw(hostileSvgs[name] ?? '')).rejects.toMatchObject({
        code: 'unsupported-type',
      })
    },
  )

  test('stops the expansion of a bomb of gzip', async () => {
    await expect(draw(hostileSvgs['bomb of gzip'] ?? '')).rejects.toMatchObject({
      code: 'unsupported-type',
      message: expect.stringContaining('more memory') as string,
    })
  })

  test('sends no request', async () => {
    let requests = 0
    const server = createServer((_request, response) => {
      requests += 1
      response.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const content = `<style>@import url(${url}/a.css);</style><image href="${url}/a.png" width="9" height="9"/><use href="${url}/a.svg#a"/>`
    await draw(svg('viewBox="0 0 10 10"', content))
    server.close()
    expect(requests).toBe(0)
  })

  test('rejects a file that is not SVG', async () => {
    const pdf = '%PDF-1.4 <svg>'
    await expect(draw(pdf)).rejects.toMatchObject({ code: 'unsupported-type' })
  })
})
