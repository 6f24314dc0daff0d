import type { Readable } from 'node:stream'

/** Makes pictures of files, within bounds of pixels, time and memory, and outside of the service's own processes. */
export interface Renderer {
  /**
   * A WebP at most `width` pixels wide, upright, without the source's metadata. Throws `unsupported-type`, saying why, for
   * a file that cannot be decoded within the bounds, also if it ends its decoder, `too-many-requests` when too much
   * waits already, and `renderer-unavailable` when a service that renders does not answer. Aborting ends the decoder and
   * rejects with the signal's reason.
   */
  render(request: RenderRequest): Promise<Buffer>

  /**
   * An image in its own format, upright, without metadata, within the size that is asked for. It has the same pixels where it
   * need not be turned or scaled, and in any case its frames, pages, depth, alpha and colours. Throws `unsupported-type` for
   * anything of which less would be left, and otherwise as `render` does. A body that fails fails it.
   */
  normalize(body: Readable, options: NormalizeOptions, signal?: AbortSignal): Promise<Readable>
}

export interface RenderRequest {
  /** Opens the source's bytes, once. */
  open: () => Promise<Readable>
  sizeBytes: number
  mimeType: string
  kind: 'image' | 'pdf' | 'video'
  width: number
  signal?: AbortSignal | undefined
}

export interface NormalizeOptions {
  /** Pixels; a larger image is scaled to fit, never a smaller one. */
  maxWidth?: number | undefined
  maxHeight?: number | undefined
}
