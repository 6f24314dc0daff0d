import type { Config } from '../config/config.ts'
import type { LogEntry } from '../observability/log.ts'
import type { Renderer } from '../ports/renderer.ts'

/**
 * Opens the configured renderer: the service `render`, processes on this machine, or none. Decoders can read everything that their
 * user can read. On Cloud Run this includes tokens of the function's service account.
 */
export async function openRenderer(
  { rendering }: Pick<Config, 'rendering'>,
  log: (entry: LogEntry) => void,
): Promise<Renderer> {
  if (rendering.by === 'processes') return openDecoders()
  if (rendering.by === 'service') {
    const { openHttpRenderer } = await import('../adapters/preview/http-renderer.ts')
    const { origin, isAuthorized } = rendering
    if (!isAuthorized) return openHttpRenderer({ origin })
    const { googleIdTokens } = await import('../adapters/preview/google-id-token.ts')
    return openHttpRenderer({ origin, authorize: googleIdTokens(origin) })
  }
  log({
    severity: 'WARNING',
    message: 'RENDER_SERVICE_URL is not set: image previews and normalize=image are not available.',
  })
  return (await import('../adapters/preview/no-renderer.ts')).noRenderer
}

/** Decoders in processes on this machine. It is sealed if it has neither data nor network. */
export async function openDecoders({ isSealed = false } = {}): Promise<Renderer> {
  const { openLocalRenderer } = await import('../adapters/preview/local-renderer.ts')
  return openLocalRenderer(undefined, { isSealed })
}
