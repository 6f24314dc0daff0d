import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergePdf } from '../../../blocks/documents/merge-pdf.ts'
import { pdfToImages } from '../../../blocks/documents/pdf-to-images.ts'
import { pdfToText } from '../../../blocks/documents/pdf-to-text.ts'
import { pdfOf } from '../../../blocks/fixtures/pdf.ts'
import { extractAudio } from '../../../blocks/video/extract-audio.ts'
import { joinVideos } from '../../../blocks/video/join-videos.ts'
import { trimVideo } from '../../../blocks/video/trim-video.ts'
import { videoFrame } from '../../../blocks/video/video-frame.ts'
import type { AnyBlock } from '../../../shared/blocks/any-block.ts'
import { runBlockTest } from '../../../shared/blocks/testing/run-block-test.ts'
import { openBlockHost, type BlockHost } from '../block-host.ts'

let host: BlockHost
beforeAll(async () => {
  host = await openBlockHost({ programs: { run: async () => ({ how: 'missing' }) } })
})
afterAll(() => host[Symbol.asyncDispose]())

const film = 'workspace:///a.mp4'
const pdf = 'workspace:///a.pdf'
const files = {
  '/a.mp4': '\u0000\u0000\u0000\u0018ftypisom\u0000\u0000\u0002\u0000isommp42',
  '/a.pdf': pdfOf(['one']),
}

const cases: [AnyBlock, object, string][] = [
  [trimVideo, { video: film }, 'ffprobe'],
  [videoFrame, { video: film }, 'ffprobe'],
  [joinVideos, { videos: [film, film] }, 'ffprobe'],
  [extractAudio, { media: film }, 'ffprobe'],
  [pdfToImages, { pdf }, 'pdfinfo'],
  [pdfToText, { pdf }, 'pdfinfo'],
  [mergePdf, { pdfs: [pdf, pdf] }, 'pdfinfo'],
]

test.each(cases)(
  'a block names the program that is not installed: $0.name, $2',
  async (block, input, program) => {
    const output = [['error', `The program ${program} is not installed on this server.`]] as const
    await runBlockTest(host.host, block, { files, input, output })
    expect(await host.left()).toEqual([])
  },
)
