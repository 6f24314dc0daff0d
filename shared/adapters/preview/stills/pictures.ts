import { WorkspaceError } from '../../../model/errors.ts'
import type { RenderRequest } from '../../../ports/renderer.ts'
import type { ImageJob } from '../image-job.ts'
import { Refusal } from '../refusals.ts'
import { cover, waveform } from './audio.ts'
import { officePage } from './office/office-page.ts'
import { drawPage } from './pdf.ts'
import { transferOf, typicalFrame } from './video.ts'

interface PictureRequest extends Pick<RenderRequest, 'kind' | 'mimeType' | 'width' | 'page'> {
  directory: string
  /** The file's name in the directory. */
  source: string
  signal: AbortSignal
  /** True on a machine without data and network. */
  isSealed: boolean
}

/** A file in the directory that a decoder process can draw, and the task that draws it if it is not `draw`. */
type Picture = Pick<ImageJob, 'source'> & Partial<Pick<ImageJob, 'task'>>

/** Yields functions that make a picture of a file, the best one first. */
export async function* picturesOf(
  request: PictureRequest,
): AsyncGenerator<() => Promise<Picture>, void> {
  const { kind, source } = request
  const still = (make: (request: PictureRequest) => Promise<string>) => async () => ({
    source: await make(request),
  })
  switch (kind) {
    case 'image':
      yield async () => ({ source })
      return
    case 'svg':
      yield async () => ({ source, task: 'draw-svg' })
      return
    case 'pdf':
      yield still(drawPage)
      return
    case 'video': {
      // Matroska, WebM, MP4 and ASF also contain sounds without a picture.
      const transfer = await transferOf(request)
      if (transfer === undefined) yield* [still(cover), still(waveform)]
      else yield still((video) => typicalFrame(video, transfer))
      return
    }
    case 'audio':
      yield* [still(cover), still(waveform)]
      return
    case 'office':
      yield* [still(officePage), async () => ({ source, task: 'draw-thumbnail' as const })]
  }
}

/**
 * Draws the first picture that can be made and drawn. Without one, throws the first error that names another reason than a missing
 * picture. Throws errors of the server at once.
 */
export async function drawFirst<Result>(
  pictures: AsyncIterable<() => Promise<Picture>>,
  draw: (picture: Picture) => Promise<Result>,
): Promise<Result> {
  const refusals: unknown[] = []
  for await (const make of pictures) {
    try {
      return await draw(await make())
    } catch (error) {
      if (!isRefusal(error)) throw error
      refusals.push(error)
    }
  }
  throw refusals.find((error) => !isEmpty(error)) ?? refusals[0]
}

function isEmpty(error: unknown): boolean {
  return error instanceof Refusal && error.reason === 'empty'
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof Refusal ||
    (error instanceof WorkspaceError && error.code === 'unsupported-type')
  )
}
