import type { Config } from '../config/config.ts'
import type { LogEntry } from '../observability/log.ts'
import type { Renderer } from '../ports/renderer.ts'

/**
 * The service `render`, where there is one; else processes of this machine, or nothing: decoders read what their user can read,
 * and on Cloud Run that includes the tokens of the function's service account.
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
    message:
      'RENDER_SERVICE_URL is not set: there are no previews of pictures here, and no normalize=image.',
  })
  return (await import('../adapters/preview/no-renderer.ts')).noRenderer
}

/** Decoders in processes of this machine. */
export async function openDecoders(): Promise<Renderer> {
  return (await import('../adapters/preview/local-renderer.ts')).openLocalRenderer()
}
