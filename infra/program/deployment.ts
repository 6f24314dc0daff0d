import * as gcp from '@pulumi/gcp'
import { output, type Output } from '@pulumi/pulumi'
import { enableApis } from './apis.ts'
import { createFilesBucket, createMirrorBucket, createQuarantineBucket } from './bucket.ts'
import { createDatabase } from './database.ts'
import { createEvents } from './events.ts'
import { createAccount, type Stores } from './services/identity.ts'
import { createImages } from './images.ts'
import { grantKey } from './kms.ts'
import { createLoadBalancer } from './load-balancer.ts'
import { createMirrorJob } from './mirror.ts'
import { createMonitoring } from './monitoring/monitoring.ts'
import { createClosedNetwork } from './network.ts'
import { createBlocks } from './services/blocks.ts'
import { createPublicServices } from './services/public.ts'
import { createRender } from './services/render.ts'
import { createScan, createSweep, type ScannerParts } from './services/scan.ts'
import type { Settings } from './settings.ts'

export interface Deployment {
  /** URL of the API; for separate functions without a domain, the URL of `read`. */
  url: Output<string>
  bucket: Output<string>
  region: string
  /** URLs of the Cloud Run services by function. */
  services: Record<string, Output<string>>
  /** The A records to create by hand: host name to address. */
  dns: Record<string, Output<string>>
}

/** Creates all resources, dependencies first. */
export function createDeployment(settings: Settings): Deployment {
  const { project, quarantineDays, kmsKey, domain } = settings
  const enabled = enableApis(settings)
  const keys = kmsKey === undefined ? [] : grantKey(settings, kmsKey, enabled)
  const apis = [...enabled, ...keys]
  const stores: Stores = {
    database: createDatabase(settings, apis),
    files: createFilesBucket(settings, apis),
    quarantine:
      quarantineDays === undefined
        ? undefined
        : createQuarantineBucket(settings, quarantineDays, apis),
  }
  const images = createImages(settings, apis)
  const scheduler = createAccount(
    settings,
    'scheduler',
    'The service account with which Cloud Scheduler calls',
  )
  const mirror = createMirrorBucket(settings, apis)
  const { filled } = createMirrorJob(settings, {
    image: images.clamav,
    bucket: mirror,
    scheduler,
    apis,
  })
  const projectNumber = gcp.organizations.getProjectOutput({ projectId: project }).number
  const parts: ScannerParts = {
    images,
    stores,
    mirror,
    vpcAccess: createClosedNetwork(settings, apis),
    projectNumber,
    filled: [filled],
  }
  const scan = createScan(settings, parts)
  const sweep = createSweep(settings, parts, scheduler)
  createEvents(settings, { scan, files: stores.files, apis })
  const render = createRender(settings, { image: images.render, projectNumber, apis })
  const functions = createPublicServices(settings, {
    image: images.app,
    stores,
    render,
    dependsOn: apis,
  })
  const services = [...functions, createBlocks(settings, parts)]
  createMonitoring(settings, apis)
  const dns: Record<string, Output<string>> = {}
  if (domain !== undefined) {
    dns[domain] = createLoadBalancer(settings, { services, domain, apis })
  }
  const urls = Object.fromEntries(services.map(({ fn, service }) => [fn.name, service.uri]))
  return {
    url: domain === undefined ? originOf(urls) : output(`https://${domain}`),
    bucket: stores.files.name,
    region: settings.region,
    services: { ...urls, scan: scan.uri, sweep: sweep.uri, render: render.service.uri },
    dns,
  }
}

function originOf(urls: Record<string, Output<string>>): Output<string> {
  const url = urls['api'] ?? urls['read']
  if (!url) throw new Error('No function serves reads')
  return url
}
