import type { Hono } from 'hono'
import type { Config } from '../../shared/config/config.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import type { Background } from '../../shared/http/background.ts'
import { lateBlocks, openSoon } from './late-blocks.ts'

/** Services of the process for its functions. */
export interface Host {
  background?: Background
  /** Runs work when the process ends, after the last answer and before the ports close. */
  atClose?: (work: () => Promise<void>) => void
  /** Receives errors of work in the background. */
  log?: (entry: LogEntry) => void
  /** Whether this process runs blocks, and offers them to agents. */
  runsBlocks?: boolean
}

type Routes = () => Promise<Hono<AppEnv>>

/**
 * The HTTP functions by name. Each can be deployed alone; `api` and the local server serve all of them. The code of a function is
 * loaded only when its routes are requested, to keep cold starts short.
 */
export function httpRoutes(
  ports: Ports,
  config: Config,
  { background, atClose, log = () => undefined, runsBlocks = false }: Host = {},
): Record<string, Routes> {
  const blocks = lateBlocks(ports, config, { atClose, log })
  const forAgents = async () => (await import('./agent-blocks.ts')).agentBlocks(await blocks())
  return {
    upload: async () => {
      const { uploadRoutes } = await import('../upload.ts')
      const { importRoutes } = await import('../imports.ts')
      return uploadRoutes(ports).route('/', importRoutes(ports, background))
    },
    list: async () => (await import('../list.ts')).listRoutes(ports),
    read: async () => {
      const { readRoutes } = await import('../read.ts')
      const { previewRoutes } = await import('../preview.ts')
      return readRoutes(ports, config.server).route('/', previewRoutes(ports, config.server))
    },
    download: async () => {
      const { downloadRoutes } = await import('../download/download.ts')
      const { archiveRoutes } = await import('../download/archive.ts')
      const { shareRoutes } = await import('../download/shares.ts')
      const { shareLinkRoutes } = await import('../download/share-links.ts')
      return downloadRoutes(ports, config)
        .route('/', archiveRoutes(ports, config))
        .route('/', shareRoutes(ports))
        .route('/', shareLinkRoutes(ports, config.server, atClose))
    },
    update: async () => (await import('../update.ts')).updateRoutes(ports),
    delete: async () => (await import('../delete.ts')).deleteRoutes(ports),
    folders: async () => (await import('../folders.ts')).folderRoutes(ports, background),
    mcp: async () =>
      (await import('../mcp.ts')).mcpRoutes(
        ports,
        config,
        background,
        runsBlocks ? forAgents : undefined,
      ),
    changes: async () => {
      const { eventRoutes } = await import('../changes/list-events.ts')
      const { streamRoutes } = await import('../changes/stream-events.ts')
      return eventRoutes(ports).route('/', streamRoutes(ports, config))
    },
    blocks: async () => {
      const { blockRoutes } = await import('../blocks/blocks.ts')
      const { runRoutes } = await import('../blocks/runs.ts')
      // Two blocks with one id or name, of which one is of another package, stop the start.
      if (config.blocks.modules.length > 0) await blocks()
      else if (atClose) openSoon(blocks, { atClose, log })
      return blockRoutes(ports, blocks).route('/', runRoutes(ports, blocks))
    },
    admin: async () => (await import('../admin.ts')).adminRoutes(ports),
  }
}

/** The routes of all HTTP functions. */
export function allHttpRoutes(ports: Ports, config: Config, host?: Host): Promise<Hono<AppEnv>[]> {
  return Promise.all(Object.values(httpRoutes(ports, config, host)).map((load) => load()))
}

/** The routes of `api`: all but those of `blocks`, which needs programs and a scanner beside it (docs/decisions/blocks.md). */
export function apiRoutes(ports: Ports, config: Config, host?: Host): Promise<Hono<AppEnv>[]> {
  const { blocks: _, ...routes } = httpRoutes(ports, config, host)
  return Promise.all(Object.values(routes).map((load) => load()))
}
