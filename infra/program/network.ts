import * as gcp from '@pulumi/gcp'
import { interpolate, type Output, type Resource } from '@pulumi/pulumi'
import type { Settings } from './settings.ts'

/** 1,024 addresses. Direct VPC egress uses one for each instance, and more while instances start and stop. */
const range = '10.80.0.0/22'

/** `private.googleapis.com`: https://cloud.google.com/vpc/docs/configure-private-google-access */
const privateGoogleAddresses = [8, 9, 10, 11].map((last) => `199.36.153.${last}`)

/**
 * Creates a network without NAT, in which only Google's services are reachable. Functions that parse hostile files run in it,
 * so that a compromised parser cannot send data to other hosts.
 */
export function createClosedNetwork(settings: Settings, dependsOn: Resource[]) {
  const { networkInterfaces } = createNetwork(settings, 'closed', { dependsOn })
  return { egress: 'ALL_TRAFFIC', networkInterfaces }
}

/** Creates a network without any egress: no route, no Private Google Access, and a firewall rule that denies all. */
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
 * Creates a network that reaches one service with internal ingress. DNS resolves only the service's host to Private Google
 * Access, whose addresses count as private ranges. Other traffic does not use the network
 * (https://cloud.google.com/run/docs/securing/private-networking).
 */
export function createInternalNetwork(settings: Settings, host: Output<string>, apis: Resource[]) {
  const { project, name } = settings
  const internal = createNetwork(settings, 'internal', { dependsOn: apis })
  const zone = new gcp.dns.ManagedZone('internal', {
    project,
    name: `${name}-internal`,
    description: 'Resolves the service render to Private Google Access',
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
