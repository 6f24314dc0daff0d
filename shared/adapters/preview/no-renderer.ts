import type { Renderer } from '../../ports/renderer.ts'
import { noDecoders } from './refusals.ts'

/** Rejects every rendering without reading the source. For a server that must not decode and has no service `render`. */
export const noRenderer: Renderer = {
  render: () => Promise.reject(noDecoders('preview')),
  text: () => Promise.reject(noDecoders('preview')),
  normalize: () => Promise.reject(noDecoders('normalize')),
}
