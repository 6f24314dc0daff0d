import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { openLocalRenderer } from '../../../../shared/adapters/preview/local-renderer.ts'
import { requestOf } from '../../../ports/renderer.ts'
import { onePagePdf } from '../../../support/files/pdf.ts'
import { skipWithoutProgram } from '../../../support/programs.ts'

const renderer = openLocalRenderer()

/** A page of 200 × 100 points with a red box from (20, 20) to (120, 70) and additional entries. */
const pageWith = (entries: string, media = '0 0 200 100') =>
  Buffer.from(
    onePagePdf.toString().replace('/MediaBox[0 0 200 100]', `/MediaBox[${media}]${entries}`),
  )

async function drawn(file: Buffer, width = 100) {
  const bytes = await renderer.render(
    requestOf(file, { kind: 'pdf', mimeType: 'application/pdf', width }),
  )
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const redAt = (x: number, y: number) => {
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3
    return (data[at] ?? 0) > 200 && (data[at + 1] ?? 0) < 60
  }
  return { size: [info.width, info.height], redAt }
}

describe.skipIf(skipWithoutProgram('pdftoppm'))('the preview of a PDF page', () => {
  // The center of the box is at (0.35, 0.55) of the page, from the upper left corner.
  test.each([
    [0, [100, 50], [0.15, 0.75]],
    [90, [100, 200], [0.25, 0.15]],
    [180, [100, 50], [0.85, 0.25]],
    [270, [100, 200], [0.75, 0.85]],
    [-90, [100, 200], [0.75, 0.85]],
  ])('is rotated by %i°', async (turn, size, [x = 0, y = 0]) => {
    const page = await drawn(pageWith(`/Rotate ${turn}`))
    expect(page.size).toEqual(size)
    expect([page.redAt(x, y), page.redAt(1 - x, 1 - y)]).toEqual([true, false])
  })

  test('shows only the CropBox, also if rotated and in other units', async () => {
    const crop = '/CropBox[20 20 120 70]/UserUnit 3'
    const page = await drawn(pageWith(crop))
    expect(page.size).toEqual([100, 50])
    expect([page.redAt(0.02, 0.02), page.redAt(0.98, 0.98)]).toEqual([true, true])
    expect((await drawn(pageWith(`${crop}/Rotate 90`))).size).toEqual([100, 200])
  })

  test.each([
    ['a tall one', '0 0 40 14400', [1, 400]],
    ['a flat one', '0 0 14400 40', [100, 1]],
    ['a huge one', '0 0 14400 14400', [100, 100]],
    ['a tiny one', '0 0 0.5 0.25', [100, 50]],
    ['one away from the origin', '-1000 -1000 -800 -900', [100, 50]],
    ['one whose corners are swapped', '200 100 0 0', [100, 50]],
    ['one of no size, as a letter', '0 0 0 0', [100, 129]],
  ])(
    'fits into the width and four times the width: %s',
    async (_, media, [width = 0, height = 0]) => {
      const page = await drawn(pageWith('', media))
      expect(Math.abs((page.size[0] ?? 0) - width)).toBeLessThanOrEqual(1)
      expect(Math.abs((page.size[1] ?? 0) - height)).toBeLessThanOrEqual(1)
    },
  )
})
