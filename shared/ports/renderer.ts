import type { Readable } from 'node:stream'

/** Renders files as images, within limits on pixels, time and memory, and outside the service's own process. */
export interface Renderer {
  /**
   * A WebP image at most `width` pixels wide, upright, without the source's metadata; or with `forModel` a JPEG, or a PNG if the source
   * has transparency, within `height` and `maxBytes` too.
   * - Throws `unsupported-type`, with the reason, for a file that cannot be decoded within the limits or that crashes its
   *   decoder; `too-many-requests` when the queue is full; `renderer-unavailable` when the rendering service does not answer.
   * - Aborting ends the decoder and rejects with the signal's reason.
   */
  render(request: RenderRequest): Promise<Buffer>

  /**
   * The text of a PDF in UTF-8, with a form feed after each page, at most 8 MiB. Throws the errors of `render`, and ends like it when
   * aborted.
   */
  text(request: TextRequest): Promise<Buffer>

  /**
   * The image in its original format, upright, without metadata, within the given size.
   * - Preserves frames, pages, depth, alpha and colours, and the pixels if no rotation or scaling is needed.
   * - Throws `unsupported-type` if any of these would be lost, and the other errors of `render`.
   * - Fails if the body fails.
   */
  normalize(body: Readable, options: NormalizeOptions, signal?: AbortSignal): Promise<Readable>
}

export interface RenderRequest {
  /** Opens the source's bytes. Called once. */
  open: () => Promise<Readable>
  sizeBytes: number
  mimeType: string
  kind: 'image' | 'svg' | 'pdf' | 'video' | 'audio' | 'office'
  width: number
  /** Makes a picture that every model can read. */
  forModel?: ModelPicture | undefined
  /** The page of a PDF. Default: 1. */
  page?: number | undefined
  signal?: AbortSignal | undefined
}

export type TextRequest = Pick<RenderRequest, 'open' | 'sizeBytes' | 'signal'>

export interface ModelPicture {
  height: number
  maxBytes: number
}

export interface NormalizeOptions {
  /** Pixels. A larger image is scaled down. A smaller image is not scaled up. */
  maxWidth?: number | undefined
  maxHeight?: number | undefined
}
