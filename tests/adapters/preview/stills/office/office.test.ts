import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { openLocalRenderer } from '../../../../../shared/adapters/preview/local-renderer.ts'
import { previewKind } from '../../../../../shared/media/preview-kind.ts'
import { detectType } from '../../../../../shared/media/sniff/detect-type.ts'
import { requestOf } from '../../../../ports/renderer.ts'
import { temporaryDirectory } from '../../../../support/disk-store.ts'
import {
  redDocuments,
  textWithPicture,
  wordDocument,
  wordWithPicture,
  type OpenDocumentKind,
} from '../../../../support/files/office.ts'
import { skipWithoutProgram } from '../../../../support/programs.ts'

/** Uses a sandbox where the system permits one. */
const renderer = openLocalRenderer(undefined, { isSealed: true })

/** Renders the preview of a document with its detected type. Returns its size and the parts of red and blue pixels. */
async function shown(file: Buffer, name: string) {
  const read = async (offset: number, bytes: number) => file.subarray(offset, offset + bytes)
  const mimeType = await detectType(
    file.subarray(0, 65_536),
    { name },
    { sizeBytes: file.length, read },
  )
  expect([mimeType, previewKind(mimeType)]).toEqual([mimeType, 'office'])
  const picture = await renderer.render(requestOf(file, { kind: 'office', mimeType, width: 200 }))
  const { data, info } = await sharp(picture)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const part = (channel: number) => {
    let count = 0
    for (let at = 0; at < data.length; at += 3) {
      const pixel = data.subarray(at, at + 3)
      if (pixel.every((value, index) => (index === channel ? value > 180 : value < 80))) count += 1
    }
    return count / (data.length / 3)
  }
  return { size: [info.width, info.height], red: part(0), blue: part(2) }
}

/** Converts a document with LibreOffice. */
async function converted(file: Buffer, from: string, to: string): Promise<Buffer> {
  await using directory = await temporaryDirectory()
  const source = join(directory.path, `a.${from}`)
  await writeFile(source, file)
  const profile = `-env:UserInstallation=file://${directory.path}/profile`
  const options = ['--headless', profile, '--convert-to', to, '--outdir', directory.path, source]
  execFileSync('soffice', options, { stdio: 'ignore' })
  return await readFile(join(directory.path, `a.${to}`))
}

/** `npm run test:platforms` runs all cases. Each runs LibreOffice once or twice. */
const isComplete = process.env['PLATFORM_CASES'] === 'all'

describe.skipIf(skipWithoutProgram('soffice'))('the preview of an Office document', () => {
  const formats: [OpenDocumentKind, string, string[]][] = [
    ['text', 'odt', isComplete ? ['docx', 'doc', 'dotx', 'ott'] : ['docx']],
    ['spreadsheet', 'ods', isComplete ? ['xlsx', 'xls', 'ots'] : ['xlsx']],
    ['presentation', 'odp', isComplete ? ['pptx', 'ppt', 'otp'] : ['pptx']],
  ]
  const cases = formats.flatMap(([kind, from, others]) =>
    [from, ...others].map((to) => [to, kind, from] as const),
  )
  test.each(cases)(
    'shows the first page: %s',
    async (to, kind, from) => {
      const made = await redDocuments[kind]()
      const file = to === from ? made : await converted(made, from, to)
      const { size, red, blue } = await shown(file, `a.${to}`)
      expect(size[0]).toBe(200)
      expect(red).toBeGreaterThan(0.005)
      expect(blue).toBe(0)
    },
    60_000,
  )

  test.each([
    ['OpenDocument', 'a.odt', textWithPicture],
    ['Word', 'a.docx', wordWithPicture],
  ])(
    'omits linked files and URLs: %s',
    async (_, name, make) => {
      await using directory = await temporaryDirectory()
      const red = { width: 60, height: 60, channels: 3, background: 'red' } as const
      const picture = join(directory.path, 'red.png')
      await sharp({ create: red }).png().toFile(picture)
      let requests = 0
      const server = createServer((_request, response) => {
        requests += 1
        response.end()
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      try {
        expect((await shown(await make(`file://${picture}`), name)).red).toBe(0)
        await shown(await make(`http://127.0.0.1:${port}/red.png`), name)
        expect(requests).toBe(0)
      } finally {
        server.close()
      }
    },
    60_000,
  )

  test('is rejected for a document that cannot be loaded', async () => {
    const mimeType = 'application/vnd.oasis.opendocument.text'
    const damaged = (await redDocuments.text()).subarray(0, 700)
    await expect(
      renderer.render(requestOf(damaged, { kind: 'office', mimeType })),
    ).rejects.toMatchObject({
      code: 'unsupported-type',
      message: expect.stringContaining('damaged') as string,
    })
  }, 60_000)

  test.runIf(isComplete)(
    'is rejected in time for a bomb',
    async () => {
      const bomb = await wordDocument(`<w:p><w:r><w:t>${'a '.repeat(20_000_000)}</w:t></w:r></w:p>`)
      const mimeType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
      const startedAt = performance.now()
      await expect(
        openLocalRenderer(undefined, { isSealed: true }).render(
          requestOf(bomb, { kind: 'office', mimeType }),
        ),
      ).rejects.toMatchObject({ code: 'unsupported-type' })
      expect(performance.now() - startedAt).toBeLessThan(50_000)
    },
    60_000,
  )
})
