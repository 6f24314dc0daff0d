import type { Hono } from 'hono'
import type { Config } from '../shared/config.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import type { Ports } from '../shared/workspace/ports.ts'
import { deleteRoutes } from './delete.ts'
import { downloadRoutes } from './download.ts'
import { listRoutes } from './list.ts'
import { readRoutes } from './read.ts'
import { updateRoutes } from './update.ts'
import { uploadRoutes } from './upload.ts'

/** The HTTP functions by name: each deploys alone, and `api` and the local server answer for all of them. */
export function httpRoutes(ports: Ports, config: Config): Record<string, Hono<AppEnv>> {
  return {
    upload: uploadRoutes(ports),
    list: listRoutes(ports),
    read: readRoutes(ports, config.server),
    download: downloadRoutes(ports, config),
    update: updateRoutes(ports),
    delete: deleteRoutes(ports),
  }
}
