import * as gcp from '@pulumi/gcp'
import type { types } from '@pulumi/gcp'
import { interpolate, type Input, type Output, type Resource } from '@pulumi/pulumi'
import { atOnce, bounds, processLimits } from '../../shared/adapters/preview/bounds.ts'
import type { CloudFunction } from './functions.ts'
import { createAccount, type Identity } from './identity.ts'
import { createInternalNetwork, createSealedNetwork } from './network.ts'
import { cpusFor } from './scanner.ts'
import { createService } from './service.ts'
import type { Settings } from './settings.ts'
import type { Tuning } from './tuning.ts'

const mebibyte = 1024 * 1024

/** Requests of one instance: two decode, two send their bytes. */
const concurrency = 4
/** Node itself, and what a request has in flight. */
const workingMebibytes = 512

/** Cloud Run keeps files in memory: a source and a result for each request, beside what decoders may take. */
function memoryMebibytes(): number {
  const files = concurrency * (bounds.sourceBytes + bounds.resultBytes)
  const decoders = atOnce * processLimits.dataBytes
  return Math.ceil(((files + decoders) / mebibyte + workingMebibytes) / 1024) * 1024
}

export const renderTuning: Tuning = {
  memoryMebibytes: memoryMebibytes(),
  cpu: cpusFor(memoryMebibytes()),
  concurrency,
  // Above `requestSeconds` in functions/render.ts, which refuses by name, and the time that a result takes to be read.
  timeoutSeconds: 900,
}

/** What a function that renders needs. */
export interface Render {
  service: gcp.cloudrunv2.Service
  url: Output<string>
  vpcAccess: types.input.cloudrunv2.ServiceTemplateVpcAccess
  /** Lets a function call the service. */
  admit: (fn: CloudFunction, caller: Identity) => void
}

/**
 * `render`: decodes hostile files as a service account without a single right, in a network without a way out, and takes
 * requests from inside the project only, of functions that render.
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
  const account = createAccount(
    settings,
    'render',
    'What the service render runs as, without rights',
  )
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
