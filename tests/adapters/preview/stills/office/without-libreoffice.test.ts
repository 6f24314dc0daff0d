import sharp from 'sharp'
import { expect, test } from 'vitest'
import { openLocalRenderer } from '../../../../../shared/adapters/preview/local-renderer.ts'
import { requestOf } from '../../../../ports/renderer.ts'
import { archive, redDocuments } from '../../../../support/files/office.ts'
import { isInstalled } from '../../../../support/programs.ts'

const renderer = openLocalRenderer()

test.skipIf(isInstalled('soffice'))(
  'a preview of a document without a picture names LibreOffice if it is not installed',
  async () => {
    const mimeType = 'application/vnd.oasis.opendocument.text'
    const request = requestOf(await redDocuments.text(), { kind: 'office', mimeType })
    await expect(renderer.render(request)).rejects.toMatchObject({
      code: 'unsupported-type',
      message: expect.stringContaining('need LibreOffice (the program soffice)') as string,
    })
  },
)

test('a preview of an iWork document is the picture that it carries', async () => {
  const red = { width: 90, height: 60, channels: 3, background: 'red' } as const
  const jpeg = await sharp({ create: red }).jpeg().toBuffer()
  const file = await archive({ 'Index/Document.iwa': 'x', 'preview.jpg': jpeg })
  const mimeType = 'application/vnd.apple.pages'
  const picture = await renderer.render(requestOf(file, { kind: 'office', mimeType }))
  expect(await sharp(picture).metadata()).toMatchObject({ width: 30, height: 20 })
})
