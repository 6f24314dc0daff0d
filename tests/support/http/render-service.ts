import { serveRender } from '../../../functions/host/render-host.ts'
import { openLocalRenderer } from '../../../shared/adapters/preview/local-renderer.ts'
import type { LogEntry } from '../../../shared/observability/log.ts'
import type { Renderer } from '../../../shared/ports/renderer.ts'

/** Starts the service `render` in this process on a free port. */
export function startRender(
  renderer: Renderer = openLocalRenderer(),
  log: (entry: LogEntry) => void = () => undefined,
) {
  return serveRender(
    renderer,
    { host: '127.0.0.1', port: 0, shutdownSeconds: 1, projectId: undefined },
    log,
  )
}
