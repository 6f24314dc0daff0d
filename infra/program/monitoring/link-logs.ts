import * as gcp from '@pulumi/gcp'
import type { Resource } from '@pulumi/pulumi'
import type { Settings } from '../settings.ts'

/** URLs that grant access. The functions log their route instead: `/api/workspace/s/:token`. */
export const linkAddress = String.raw`/api/workspace/(s|archive)/`

/**
 * Excludes the URLs of links from the request log of Cloud Run, because a reader of the log could use them. The log line of the
 * function for the same request remains.
 */
export function excludeLinks({ project, name }: Settings, dependsOn: Resource[]): void {
  const services = `resource.type="cloud_run_revision" AND resource.labels.service_name:"${name}-"`
  const requests = `logName="projects/${project}/logs/run.googleapis.com%2Frequests"`
  new gcp.logging.ProjectExclusion(
    'links',
    {
      project,
      name: `${name}-links`,
      description: 'Requests of links, whose addresses are a permission',
      filter: `${services} AND ${requests} AND httpRequest.requestUrl=~"${linkAddress}"`,
    },
    { dependsOn },
  )
}
