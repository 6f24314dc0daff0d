import * as gcp from '@pulumi/gcp'
import type { Resource } from '@pulumi/pulumi'
import type { Settings } from './settings.ts'

/** Direct VPC egress takes an address for each instance, and some for those that come and go: 1,024 are plenty. */
const range = '10.80.0.0/22'

/**
 * A network without a way out: no NAT, so only Google's own services answer. What looks into hostile files runs here,
 * and could tell nobody what it found.
 */
export function createClosedNetwork(settings: Settings, dependsOn: Resource[]) {
  const { project, region, name } = settings
  const network = new gcp.compute.Network(
    'closed',
    { project, name: `${name}-closed`, autoCreateSubnetworks: false },
    { dependsOn },
  )
  const subnetwork = new gcp.compute.Subnetwork('closed', {
    project,
    region,
    name: `${name}-closed`,
    network: network.id,
    ipCidrRange: range,
    privateIpGoogleAccess: true,
  })
  return {
    egress: 'ALL_TRAFFIC',
    networkInterfaces: [{ network: network.id, subnetwork: subnetwork.id }],
  }
}
