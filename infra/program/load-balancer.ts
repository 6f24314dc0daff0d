import * as gcp from '@pulumi/gcp'
import type { types } from '@pulumi/gcp'
import type { Output, Resource } from '@pulumi/pulumi'
import type { PublicService } from './services/public.ts'
import type { Settings } from './settings.ts'

type Rule = types.input.compute.URLMapPathMatcherRouteRule

const base = '/api/workspace'
const defaultFunction = 'read'

/** Creates one origin for the separate functions: the load balancer routes by method and path. */
export function createLoadBalancer(
  settings: Settings,
  { services, domain, apis }: { services: PublicService[]; domain: string; apis: Resource[] },
): Output<string> {
  const { project, name } = settings
  const backends = new Map(
    services.map(({ fn, service }) => [fn.name, createBackend(settings, fn.name, service)]),
  )
  const fallback = backends.get(defaultFunction)
  if (!fallback) throw new Error(`No function is named "${defaultFunction}"`)
  const address = new gcp.compute.GlobalAddress(
    'origin',
    { project, name: `${name}-origin` },
    { dependsOn: apis },
  )
  const certificate = new gcp.compute.ManagedSslCertificate(
    'origin',
    { project, name: `${name}-origin`, managed: { domains: [domain] } },
    { dependsOn: apis },
  )
  const map = new gcp.compute.URLMap('origin', {
    project,
    name: `${name}-origin`,
    defaultService: fallback.id,
    hostRules: [{ hosts: [domain], pathMatcher: 'functions' }],
    pathMatchers: [
      {
        name: 'functions',
        defaultService: fallback.id,
        routeRules: [
          ...routesOf(services).map(({ fn, method, path }) => ({
            fn,
            match: {
              pathTemplateMatch: templateOf(path),
              headerMatches: [{ headerName: ':method', exactMatch: method }],
            },
          })),
          // With any method, because browsers send a preflight.
          ...services.flatMap(({ fn: { name, wellKnown = [] } }) =>
            wellKnown.map((path) => ({ fn: name, match: { fullPathMatch: path } })),
          ),
        ].map(({ fn, match }, index): Rule => ({
          priority: index + 1,
          service: backends.get(fn)?.id ?? fallback.id,
          matchRules: [match],
        })),
      },
    ],
  })
  const proxy = new gcp.compute.TargetHttpsProxy('origin', {
    project,
    name: `${name}-origin`,
    urlMap: map.id,
    sslCertificates: [certificate.id],
  })
  new gcp.compute.GlobalForwardingRule('origin', {
    project,
    name: `${name}-origin`,
    target: proxy.id,
    ipAddress: address.id,
    portRange: '443',
    loadBalancingScheme: 'EXTERNAL_MANAGED',
  })
  return address.address
}

function createBackend(settings: Settings, fn: string, service: gcp.cloudrunv2.Service) {
  const { project, region, name } = settings
  const group = new gcp.compute.RegionNetworkEndpointGroup(fn, {
    project,
    region,
    name: `${name}-${fn}`,
    networkEndpointType: 'SERVERLESS',
    cloudRun: { service: service.name },
  })
  return new gcp.compute.BackendService(fn, {
    project,
    name: `${name}-${fn}`,
    loadBalancingScheme: 'EXTERNAL_MANAGED',
    protocol: 'HTTPS',
    backends: [{ group: group.id }],
  })
}

/** Every route once, specific paths first. HEAD goes to the function of GET, as in the functions. */
export function routesOf(services: Pick<PublicService, 'fn'>[]) {
  return services
    .flatMap(({ fn }) => fn.routes.map((route) => ({ fn: fn.name, ...route })))
    .flatMap((route) => (route.method === 'GET' ? [route, { ...route, method: 'HEAD' }] : [route]))
    .sort((a, b) => wildcardRank(a.path) - wildcardRank(b.path) || a.path.localeCompare(b.path))
}

/** Translates a Hono pattern to a URL map: `*` matches one segment, `**` the rest of the path. */
export function templateOf(path: string): string {
  return base + path.replace(/\/\*$/, '/**').replace(/:\w+/g, '*')
}

function wildcardRank(path: string): number {
  return path.endsWith('/*') ? 2 : Number(path.includes(':'))
}
