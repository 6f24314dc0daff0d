import * as gcp from '@pulumi/gcp'
import type { types } from '@pulumi/gcp'
import { interpolate, type Input, type Output, type Resource } from '@pulumi/pulumi'
import {
  maxConcurrentDecoders,
  bounds,
  processLimits,
} from '../../../shared/adapters/preview/bounds.ts'
import type { CloudFunction } from './functions.ts'
import { createAccount, type Identity } from './identity.ts'
import { createInternalNetwork, createSealedNetwork } from '../network.ts'
import { cpusFor } from './scanner.ts'
import { createService } from './service.ts'
import type { Settings } from '../settings.ts'
import type { Tuning } from './tuning.ts'

const mebibyte = 1024 * 1024

/** Concurrent requests of one instance: two decode while two transfer bytes. */
const concurrency = 4
/** For Node and the buffers of requests. */
const workingMebibytes = 512

/** Cloud Run keeps files in memory: a source and a result for each request, and the limit of each decoder. */
function memoryMebibytes(): number {
  const files = concurrency * (bounds.sourceBytes + bounds.resultBytes)
  const decoders = maxConcurrentDecoders * processLimits.dataBytes
  return Math.ceil(((files + decoders) / mebibyte + workingMebibytes) / 1024) * 1024
}

export const renderTuning: Tuning = {
  memoryMebibytes: memoryMebibytes(),
  cpu: cpusFor(memoryMebibytes()),
  concurrency,
  // Longer than `requestSeconds` in functions/render.ts plus the time to transfer a result, so that the function answers first.
  timeoutSeconds: 900,
}

/** Connects functions to the service `render`. */
export interface Render {
  service: gcp.cloudrunv2.Service
  url: Output<string>
  vpcAccess: types.input.cloudrunv2.ServiceTemplateVpcAccess
  /** Lets a function call the service. */
  admit: (fn: CloudFunction, caller: Identity) => void
}

/**
 * Creates `render`, which decodes hostile files: its service account has no rights, its network no egress, and only the
 * functions that render may invoke it, from inside the project.
 */
export function createRender(
  settings: Settings,
  {
    image,
    projectNumber,
    apis,
  }: { image: Input<string>; projectNumber: Input<string>; apis: Resource[] },
): Render {
  const { project, region, name } = settings
  const { minInstances, maxInstances } = settings.render
  const host = interpolate`${name}-render-${projectNumber}.${region}.run.app`
  const account = createAccount(settings, 'render', 'The service account of render, without rights')
  const service = createService(settings, {
    name: 'render',
    signature: 'http',
    isSealed: true,
    image,
    identity: { email: account.email, member: account.member, grants: [] },
    variables: { GOOGLE_CLOUD_PROJECT: project },
    tuning: renderTuning,
    scaling: { minInstanceCount: minInstances, maxInstanceCount: maxInstances },
    isPublic: false,
    ingress: 'internal',
    vpcAccess: createSealedNetwork(settings, apis),
    dependsOn: apis,
  })
  return {
    service,
    url: interpolate`https://${host}`,
    vpcAccess: createInternalNetwork(settings, host, apis),
    admit: (fn, { member }) =>
      void new gcp.cloudrunv2.ServiceIamMember(`${fn.name}-render`, {
        project,
        location: region,
        name: service.name,
        role: 'roles/run.invoker',
        member,
      }),
  }
}
