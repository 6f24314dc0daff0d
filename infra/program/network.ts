import * as gcp from '@pulumi/gcp'
import { interpolate, type Output, type Resource } from '@pulumi/pulumi'
import type { Settings } from './settings.ts'

/** Direct VPC egress takes an address for each instance, and some for those that come and go: 1,024 are plenty. */
const range = '10.80.0.0/22'

/** `private.googleapis.com`: https://cloud.google.com/vpc/docs/configure-private-google-access */
const privateGoogleAddresses = [8, 9, 10, 11].map((last) => `199.36.153.${last}`)

/**
 * A network without a way out: no NAT, so only Google's own services answer. What looks into hostile files runs here,
 * and could tell nobody what it found.
 */
export function createClosedNetwork(settings: Settings, dependsOn: Resource[]) {
  const { networkInterfaces } = createNetwork(settings, 'closed', { dependsOn })
  return { egress: 'ALL_TRAFFIC', networkInterfaces }
}

/** A network in which nothing answers, Google's services neither: no route, no Private Google Access, and a rule that denies all. */
export function createSealedNetwork(settings: Settings, dependsOn: Resource[]) {
  const sealed = createNetwork(settings, 'sealed', { dependsOn, isSealed: true })
  new gcp.compute.Firewall('sealed', {
    project: settings.project,
    name: `${settings.name}-sealed`,
    network: sealed.network.id,
    direction: 'EGRESS',
    destinationRanges: ['0.0.0.0/0'],
    denies: [{ protocol: 'all' }],
  })
  return { egress: 'ALL_TRAFFIC', networkInterfaces: sealed.networkInterfaces }
}

/**
 * The way to one service that takes internal requests only: its host, and no other, is at Private Google Access, whose addresses
 * count as private ranges. Everything else leaves as it does without a network
 * (https://cloud.google.com/run/docs/securing/private-networking).
 */
export function createInternalNetwork(settings: Settings, host: Output<string>, apis: Resource[]) {
  const { project, name } = settings
  const internal = createNetwork(settings, 'internal', { dependsOn: apis })
  const zone = new gcp.dns.ManagedZone('internal', {
    project,
    name: `${name}-internal`,
    description: 'Leads to the service render inside of Google',
    dnsName: interpolate`${host}.`,
    visibility: 'private',
    privateVisibilityConfig: { networks: [{ networkUrl: internal.network.id }] },
  })
  new gcp.dns.RecordSet('internal', {
    project,
    managedZone: zone.name,
    name: zone.dnsName,
    type: 'A',
    ttl: 300,
    rrdatas: privateGoogleAddresses,
  })
  return { egress: 'PRIVATE_RANGES_ONLY', networkInterfaces: internal.networkInterfaces }
}

function createNetwork(
  { project, region, name }: Settings,
  label: 'closed' | 'sealed' | 'internal',
  { dependsOn, isSealed = false }: { dependsOn: Resource[]; isSealed?: boolean },
) {
  const network = new gcp.compute.Network(
    label,
    {
      project,
      name: `${name}-${label}`,
      autoCreateSubnetworks: false,
      deleteDefaultRoutesOnCreate: isSealed,
    },
    { dependsOn },
  )
  const subnetwork = new gcp.compute.Subnetwork(label, {
    project,
    region,
    name: `${name}-${label}`,
    network: network.id,
    ipCidrRange: range,
    privateIpGoogleAccess: !isSealed,
  })
  return { network, networkInterfaces: [{ network: network.id, subnetwork: subnetwork.id }] }
}
