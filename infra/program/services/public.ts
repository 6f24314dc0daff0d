import type * as gcp from '@pulumi/gcp'
import type { Input, Resource } from '@pulumi/pulumi'
import { commonVariables, type Variables } from './environment.ts'
import { publicFunctions, type CloudFunction } from './functions.ts'
import { createIdentity, type Stores } from './identity.ts'
import { grantSecrets } from './secrets.ts'
import type { Render } from './render.ts'
import { createService } from './service.ts'
import type { Settings } from '../settings.ts'
import { tuningOf } from './tuning.ts'

export interface PublicService {
  fn: CloudFunction
  service: gcp.cloudrunv2.Service
}

/** Creates the functions with public ingress. Each has its own rights and verifies the tokens of its callers. */
export function createPublicServices(
  settings: Settings,
  {
    image,
    stores,
    render,
    dependsOn,
  }: { image: Input<string>; stores: Stores; render: Render; dependsOn: Resource[] },
): PublicService[] {
  const { topology, domain, minInstances, maxInstances } = settings
  return publicFunctions(topology).map((fn) => {
    const identity = createIdentity(settings, fn, stores)
    grantSecrets(settings, fn.name, identity)
    const { renders = false } = fn
    if (renders) render.admit(fn, identity)
    const service = createService(settings, {
      name: fn.name,
      signature: 'http',
      image,
      identity,
      variables: {
        ...commonVariables(settings, stores.files.name),
        ...(renders && { RENDER_SERVICE_URL: render.url }),
        ...streamVariables(fn),
      },
      tuning: tuningOf(fn.name),
      scaling: { minInstanceCount: minInstances, maxInstanceCount: maxInstances },
      isPublic: true,
      ingress: domain === undefined ? 'all' : 'load-balancer',
      ...(renders && { vpcAccess: render.vpcAccess }),
      dependsOn,
    })
    return { fn, service }
  })
}

/** Streams of events may use half of the concurrent requests of an instance, so that they leave room for the others. */
function streamVariables({ name, routes }: CloudFunction): Variables {
  if (!routes.some(({ path }) => path === '/events/stream')) return {}
  return { EVENTS_MAX_STREAMS: `${tuningOf(name).concurrency / 2}` }
}
