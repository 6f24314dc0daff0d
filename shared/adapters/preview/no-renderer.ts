import type { Renderer } from '../../ports/renderer.ts'
import { noDecoders } from './refusals.ts'

/** Refuses every rendering by name, without reading a byte: for a server that must not decode and has no service that does. */
export const noRenderer: Renderer = {
  render: () => Promise.reject(noDecoders('preview')),
  normalize: () => Promise.reject(noDecoders('normalize')),
}
