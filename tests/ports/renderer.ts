import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { RenderRequest, Renderer } from '../../shared/ports/renderer.ts'
import { onePagePdf, textPdf } from '../support/files/pdf.ts'
import { isSigned, motley, pixelsOf, signed } from '../support/files/pictures.ts'
import { skipWithoutProgram } from '../support/programs.ts'

export interface OpenedRenderer extends AsyncDisposable {
  renderer: Renderer
}

/** Makes a request for the preview of a file in memory. */
export function requestOf(file: Buffer, request: Partial<RenderRequest> = {}): RenderRequest {
  return {
    open: async () => Readable.from([file]),
    sizeBytes: file.length,
    mimeType: 'image/png',
    kind: 'image',
    width: 30,
    ...request,
  }
}

/** The contract of `Renderer`, for every adapter: one test for each sentence of the port. */
export function describeRenderer(name: string, open: () => Promise<OpenedRenderer>): void {
  describe(`Renderer: ${name}`, () => {
    test('renders a WebP of at most the given width, upright, without metadata', async () => {
      await using world = await open()
      const photo = await signed(motley()).withMetadata({ orientation: 6 }).jpeg().toBuffer()
      const drawn = await world.renderer.render(requestOf(photo))
      const { format, width, height, exif, xmp } = await sharp(drawn).metadata()
      expect([format, width, height, exif, xmp]).toEqual(['webp', 30, 45, undefined, undefined])
    })

    test('renders a JPEG for a model, or a PNG with transparency, within a height and a size', async () => {
      await using world = await open()
      const limit = 40_000
      const forModel = { height: 300, maxBytes: limit }
      const size = { width: 600, height: 500 }
      const noise = sharp({
        create: {
          ...size,
          channels: 3,
          background: 'black',
          noise: { type: 'gaussian', mean: 128, sigma: 60 },
        },
      })
      const photo = await signed(noise).png().toBuffer()
      const clear = { r: 0, g: 0, b: 0, alpha: 0.5 }
      const icon = await sharp({ create: { ...size, channels: 4, background: clear } })
        .png()
        .toBuffer()
      const shapes = []
      for (const file of [photo, icon]) {
        const drawn = await world.renderer.render(requestOf(file, { width: 400, forModel }))
        const { format, width, height, exif } = await sharp(drawn).metadata()
        expect(drawn.length).toBeLessThanOrEqual(limit)
        expect([height <= 300, exif]).toEqual([true, undefined])
        shapes.push([format, width / height])
      }
      expect(shapes).toEqual([
        ['jpeg', expect.closeTo(1.2, 1)],
        ['png', 1.2],
      ])
    })

    test.skipIf(skipWithoutProgram('pdftoppm'))('renders the first page of a PDF', async () => {
      await using world = await open()
      const drawn = await world.renderer.render(
        requestOf(onePagePdf, { kind: 'pdf', mimeType: 'application/pdf' }),
      )
      expect(await sharp(drawn).metadata()).toMatchObject({ width: 30, height: 15 })
    })

    test.skipIf(skipWithoutProgram('pdftotext'))(
      'reads the text of the pages of a PDF',
      async () => {
        await using world = await open()
        const file = textPdf([['Hello page one'], ['and two']])
        const source = async () => Readable.from([file])
        const text = await world.renderer.text({ open: source, sizeBytes: file.length })
        expect(text.toString()).toMatch(/^Hello page one\s*\fand two\s*\f$/)
        const broken = Buffer.from('no document')
        const reading = world.renderer.text({
          open: async () => Readable.from([broken]),
          sizeBytes: 11,
        })
        await expect(reading).rejects.toMatchObject({ code: 'unsupported-type' })
      },
    )

    test('rejects a file that cannot be decoded, with the reason', async () => {
      await using world = await open()
      await expect(
        world.renderer.render(requestOf(Buffer.from('no picture'))),
      ).rejects.toMatchObject({
        code: 'unsupported-type',
        message: expect.stringContaining('damaged') as string,
      })
    })

    test('rejects a file above the size limit without opening it', async () => {
      await using world = await open()
      const sizeBytes = 256 * 1024 * 1024 + 1
      await expect(
        world.renderer.render(requestOf(Buffer.alloc(0), { sizeBytes, open: unopened })),
      ).rejects.toMatchObject({ code: 'unsupported-type' })
    })

    test('rethrows an error of the source', async () => {
      await using world = await open()
      const failing = () => Promise.resolve(Readable.from(failingBody()))
      await expect(
        world.renderer.render(requestOf(Buffer.alloc(9), { open: failing })),
      ).rejects.toThrow('the source has failed')
      await expect(world.renderer.normalize(Readable.from(failingBody()), {})).rejects.toThrow(
        'the source has failed',
      )
    })

    test('ends the decoder and rejects with the signal’s reason when aborted', async () => {
      await using world = await open()
      const slow = await slowPicture
      const stop = new AbortController()
      // Occupies all decoders, so that no other rendering can start.
      const running = [
        world.renderer.normalize(Readable.from([slow]), { maxWidth: 5900 }, stop.signal),
        world.renderer.normalize(Readable.from([slow]), { maxWidth: 5900 }, stop.signal),
      ]
      const ended = Promise.allSettled(running)
      await delay(1500)
      const abortedAt = performance.now()
      const reason = new Error('cancelled')
      stop.abort(reason)
      expect(await ended).toEqual([
        { status: 'rejected', reason },
        { status: 'rejected', reason },
      ])
      await world.renderer.render(requestOf(await motley().png().toBuffer()))
      expect(performance.now() - abortedAt).toBeLessThan(4000)
    })

    test('an aborted rendering does not wait for its source', async () => {
      await using world = await open()
      const stop = new AbortController()
      const rendering = world.renderer.render(
        requestOf(Buffer.alloc(9), { open: silent, signal: stop.signal }),
      )
      const reason = new Error('cancelled')
      setTimeout(() => stop.abort(reason), 200)
      await expect(rendering).rejects.toBe(reason)
    })

    test('normalizes without changing pixels if no rotation or scaling is needed', async () => {
      await using world = await open()
      const file = await signed(motley(16)).png().toBuffer()
      const kept = await buffer(await world.renderer.normalize(Readable.from([file]), {}))
      expect([isSigned(file), isSigned(kept)]).toEqual([true, false])
      expect(await pixelsOf(kept)).toEqual(await pixelsOf(file))
    })

    test('normalizes to the given size', async () => {
      await using world = await open()
      const file = await motley().png().toBuffer()
      const options = { maxWidth: 50, maxHeight: 20 }
      const kept = await buffer(await world.renderer.normalize(Readable.from([file]), options))
      expect(await sharp(kept).metadata()).toMatchObject({ format: 'png', width: 30, height: 20 })
    })

    test('normalizes a file larger than the HTTP/1 request limit of Cloud Run', async () => {
      await using world = await open()
      const blank = { width: 4000, height: 3000, channels: 3, background: 'red' } as const
      const file = await sharp({ create: blank }).tiff({ compression: 'none' }).toBuffer()
      expect(file.length).toBeGreaterThan(33 * 1024 * 1024)
      const kept = await buffer(await world.renderer.normalize(Readable.from([file]), {}))
      expect(await sharp(kept).metadata()).toMatchObject({ format: 'tiff', width: 4000 })
    })

    test('rejects a file that normalization would reduce, with the reason', async () => {
      await using world = await open()
      const raw = Buffer.from('FUJIFILMCCD-RAW 0201')
      await expect(world.renderer.normalize(Readable.from([raw]), {})).rejects.toMatchObject({
        code: 'unsupported-type',
        message: expect.stringMatching(/camera raw.*without normalize=image/) as string,
      })
    })
  })
}

/** An image that takes at least 10 s to decode and encode. */
const slowPicture = sharp({
  create: { width: 6000, height: 5000, channels: 3, background: 'red' },
})
  .avif({ effort: 0 })
  .toBuffer()

async function* failingBody() {
  yield Buffer.alloc(4)
  throw new Error('the source has failed')
}

const silent = () => Promise.resolve(new PassThrough())
const unopened = () => Promise.reject(new Error('opened'))
