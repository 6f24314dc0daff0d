import * as gcp from '@pulumi/gcp'
import type { types } from '@pulumi/gcp'
import type { Input, Resource } from '@pulumi/pulumi'
import type { Variables } from './environment.ts'
import type { Identity } from './identity.ts'
import type { Settings } from '../settings.ts'
import type { Tuning } from './tuning.ts'

type Template = types.input.cloudrunv2.ServiceTemplate
type Container = types.input.cloudrunv2.ServiceTemplateContainer

export interface FunctionService {
  /** The function's name in functions/index.ts. */
  name: string
  signature: 'http' | 'cloudevent'
  /** Serves HTTP/2, and receives no secrets. */
  isSealed?: boolean
  image: Input<string>
  identity: Identity
  variables: Variables
  tuning: Tuning
  scaling: { minInstanceCount: number; maxInstanceCount: number }
  /** Whether Cloud Run accepts all requests, so that the function authenticates them. If not, IAM admits only invokers. */
  isPublic: boolean
  ingress: 'all' | 'load-balancer' | 'internal'
  /** Starts before the function. */
  sidecar?: Container & { name: string }
  volumes?: Template['volumes']
  vpcAccess?: Template['vpcAccess']
  dependsOn?: Resource[]
}

const ingressOf = {
  all: 'INGRESS_TRAFFIC_ALL',
  'load-balancer': 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
  internal: 'INGRESS_TRAFFIC_INTERNAL_ONLY',
} as const

const port = 8080

/** Creates a Cloud Run service: a function of the common image, or a sealed service. */
export function createService(settings: Settings, fn: FunctionService): gcp.cloudrunv2.Service {
  const { identity, tuning, sidecar } = fn
  const container: Container = {
    name: 'function',
    image: fn.image,
    // The name `h2c` enables end-to-end HTTP/2 (https://cloud.google.com/run/docs/configuring/http2).
    ports: fn.isSealed ? { name: 'h2c', containerPort: port } : { containerPort: port },
    envs: fn.isSealed ? envs(fn.variables) : [...plainVariables(fn), ...secretVariables(settings)],
    resources: {
      limits: { cpu: `${tuning.cpu}`, memory: `${tuning.memoryMebibytes}Mi` },
      cpuIdle: true,
      startupCpuBoost: true,
    },
    startupProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 60 },
    ...(sidecar && { dependsOns: [sidecar.name] }),
  }
  return new gcp.cloudrunv2.Service(
    fn.name,
    {
      project: settings.project,
      location: settings.region,
      name: `${settings.name}-${fn.name}`,
      ingress: ingressOf[fn.ingress],
      invokerIamDisabled: fn.isPublic,
      // The service has no state and can be deployed again.
      deletionProtection: false,
      template: {
        serviceAccount: identity.email,
        executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2',
        timeout: `${tuning.timeoutSeconds}s`,
        maxInstanceRequestConcurrency: tuning.concurrency,
        scaling: fn.scaling,
        containers: sidecar ? [container, sidecar] : [container],
        ...(fn.volumes && { volumes: fn.volumes }),
        ...(fn.vpcAccess && { vpcAccess: fn.vpcAccess }),
      },
    },
    { dependsOn: [...identity.grants, ...(fn.dependsOn ?? [])] },
  )
}

function plainVariables({ name, signature, variables }: FunctionService) {
  return envs({ FUNCTION_TARGET: name, FUNCTION_SIGNATURE_TYPE: signature, ...variables })
}

const envs = (variables: Variables) =>
  Object.entries(variables).map(([name, value]) => ({ name, value }))

function secretVariables({ project, secrets }: Settings) {
  return Object.entries(secrets).map(([name, { secret, version }]) => ({
    name,
    valueSource: {
      secretKeyRef: { secret: `projects/${project}/secrets/${secret}`, version },
    },
  }))
}
