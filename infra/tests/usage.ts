import type { Ports } from '../../shared/ports/ports.ts'

/** Operations of the stores that one function has called. */
export interface Usage {
  catalog: Set<string>
  folders: Set<string>
  links: Set<string>
  runs: Set<string>
  shares: Set<string>
  trail: Set<string>
  blobs: Set<string>
  quarantine: Set<string>
  renderer: Set<string>
}

export const newUsage = (): Usage => ({
  catalog: new Set(),
  folders: new Set(),
  links: new Set(),
  runs: new Set(),
  shares: new Set(),
  trail: new Set(),
  blobs: new Set(),
  quarantine: new Set(),
  renderer: new Set(),
})

/** Wraps the ports to record the name of each called operation. */
export function recorded(ports: Ports, usage: Usage): Ports {
  return {
    ...ports,
    catalog: recording(ports.catalog, usage.catalog),
    links: recording(ports.links, usage.links),
    runs: recording(ports.runs, usage.runs),
    shares: recording(ports.shares, usage.shares),
    trail: recording(ports.trail, usage.trail),
    folders: recording(ports.folders, usage.folders),
    blobs: recording(ports.blobs, usage.blobs),
    renderer: recording(ports.renderer, usage.renderer),
    ...(ports.quarantine && { quarantine: recording(ports.quarantine, usage.quarantine) }),
  }
}

function recording<Port extends object>(port: Port, called: Set<string>): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        called.add(String(name))
        return Reflect.apply(member, target, args)
      }
    },
  })
}
