import * as gcp from '@pulumi/gcp'
import { apis } from './api-names.ts'
import type { Settings } from './settings.ts'

/** Enables the APIs. Destroying the deployment leaves them enabled, because other software in the project may use them. */
export function enableApis({ project }: Settings): gcp.projects.Service[] {
  return apis.map(
    (service) => new gcp.projects.Service(service, { project, service, disableOnDestroy: false }),
  )
}
