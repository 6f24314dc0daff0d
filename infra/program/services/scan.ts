import * as gcp from '@pulumi/gcp'
import type { types } from '@pulumi/gcp'
import { interpolate, type Input, type Resource } from '@pulumi/pulumi'
import {
  commonVariables,
  quarantineVariables,
  scannerVariables,
  type Variables,
} from './environment.ts'
import { scan, sweep, type CloudFunction } from './functions.ts'
import { createIdentity, grantBucket, type Stores } from './identity.ts'
import { clamdSidecar, mirrorVolume } from './scanner.ts'
import { grantSecrets } from './secrets.ts'
import { createService } from './service.ts'
import type { Tuning } from './tuning.ts'
import type { Settings } from '../settings.ts'

/** Resources that `scan` and `sweep` need. */
export interface ScannerParts {
  images: { app: Input<string>; blocks: Input<string>; clamav: Input<string> }
  stores: Stores
  mirror: gcp.storage.Bucket
  vpcAccess: types.input.cloudrunv2.ServiceTemplateVpcAccess
  projectNumber: Input<string>
  /** Commands that fill the mirror. Without signatures no instance starts. */
  filled: Resource[]
}

/** Resources of the function's container. The container of ClamAV has separate ones. */
export const functionTuning = { cpu: 1, memoryMebibytes: 1024 }

/** The longest acknowledgement deadline of Pub/Sub. */
export const scanTimeoutSeconds = 600

/** A sweep stops after 150 s. The remaining time is for the start of ClamAV. */
export const sweepTimeoutSeconds = 600

/** Interval between calls of `rescan`. Each call scans as many files as the rate allows in this time. */
const rescanMinutes = 60

/**
 * Creates `scan`. An instance accepts twice as many events as it scans files at the same time, so that queued events of one user
 * do not fill it.
 */
export function createScan(settings: Settings, parts: ScannerParts): gcp.cloudrunv2.Service {
  const { concurrency, minInstances, maxInstances } = settings.scan
  return createScanningService(settings, parts, {
    fn: scan,
    signature: 'cloudevent',
    variables: {},
    tuning: {
      ...functionTuning,
      concurrency: 2 * concurrency,
      timeoutSeconds: scanTimeoutSeconds,
    },
    scaling: { minInstanceCount: minInstances, maxInstanceCount: maxInstances },
  })
}

/** Creates `sweep`, which also serves `rescan`. At most one request runs at a time, and only the scheduler may call it. */
export function createSweep(
  settings: Settings,
  parts: ScannerParts,
  scheduler: gcp.serviceaccount.Account,
): gcp.cloudrunv2.Service {
  const { project, region, name } = settings
  const url = interpolate`https://${name}-sweep-${parts.projectNumber}.${region}.run.app`
  const service = createScanningService(settings, parts, {
    fn: sweep,
    signature: 'http',
    variables: {
      SWEEP_INVOKER: scheduler.email,
      SWEEP_AUDIENCE: url,
      // Only the scheduler's account may invoke the service (sweep-invoker below).
      SWEEP_PLATFORM_VERIFIES_TOKENS: 'true',
    },
    tuning: { ...functionTuning, concurrency: 1, timeoutSeconds: sweepTimeoutSeconds },
    scaling: { minInstanceCount: 0, maxInstanceCount: 1 },
  })
  const invoker = new gcp.cloudrunv2.ServiceIamMember('sweep-invoker', {
    project,
    location: region,
    name: service.name,
    role: 'roles/run.invoker',
    member: scheduler.member,
  })
  const call = (job: string, schedule: string, path: string) =>
    new gcp.cloudscheduler.Job(
      job,
      {
        project,
        region,
        name: `${name}-${job}`,
        schedule,
        timeZone: 'Etc/UTC',
        attemptDeadline: `${sweepTimeoutSeconds}s`,
        retryConfig: { retryCount: 1 },
        httpTarget: {
          httpMethod: 'POST',
          uri: interpolate`${url}/api/workspace/${path}`,
          oidcToken: { serviceAccountEmail: scheduler.email, audience: url },
        },
      },
      { dependsOn: [invoker] },
    )
  call('sweep', settings.sweepSchedule, 'sweep')
  call('rescan', settings.rescanSchedule, `rescan?minutes=${rescanMinutes}`)
  return service
}

interface ScanningService {
  fn: CloudFunction
  signature: 'http' | 'cloudevent'
  /** Default: the common image. */
  image?: Input<string>
  variables: Variables
  tuning: Tuning
  /** Default: callers inside the project, in a network without the internet. */
  access?: { isPublic: true; ingress: 'all' | 'load-balancer' }
  scaling: { minInstanceCount: number; maxInstanceCount: number }
}

/** Creates a function with ClamAV next to it. */
export function createScanningService(
  settings: Settings,
  parts: ScannerParts,
  service: ScanningService,
) {
  const { fn, signature, variables, scaling, tuning, image, access } = service
  const { name } = fn
  const { stores, mirror } = parts
  const identity = createIdentity(settings, fn, stores)
  // The sidecar has the service account of its service.
  const permissions = ['storage.objects.get', 'storage.objects.list']
  const reader = { bucket: mirror, member: identity.member, permissions }
  identity.grants.push(...grantBucket(settings, `${name}-mirror`, reader))
  grantSecrets(settings, name, identity)
  return createService(settings, {
    name,
    signature,
    image: image ?? parts.images.app,
    identity,
    variables: {
      ...commonVariables(settings, stores.files.name),
      ...scannerVariables(settings),
      ...quarantineVariables(settings, stores.quarantine?.name),
      ...variables,
    },
    tuning,
    scaling,
    ...(access ?? { isPublic: false, ingress: 'internal', vpcAccess: parts.vpcAccess }),
    sidecar: clamdSidecar(settings, parts.images.clamav),
    volumes: [mirrorVolume(mirror.name)],
    dependsOn: parts.filled,
  })
}
