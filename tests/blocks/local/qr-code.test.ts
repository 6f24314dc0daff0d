import jsQr from 'jsqr'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { qrCode } from '../../../blocks/images/qr-code.ts'
import { openBlockHost, type BlockHost } from '../block-host.ts'
import { filesOf } from './files-of.ts'

let host: BlockHost
beforeAll(async () => {
  host = await openBlockHost()
})
afterAll(() => host[Symbol.asyncDispose]())

test.each([
  ['png', 'https://example.org/?q=a&b=%20'],
  ['svg', 'Grüße, 世界'],
] as const)('a QR code as %s can be read', async (format, text) => {
  const [bytes] = await filesOf(host.host, qrCode, {
    input: { text, format },
    output: [['image', /#image\//]],
    name: 'image',
  })
  const image = sharp(bytes).ensureAlpha()
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const found = jsQr.default(new Uint8ClampedArray(data), info.width, info.height)
  expect(found?.data).toBe(text)
})
