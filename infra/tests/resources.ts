import type { Simulated } from './simulate.ts'

export type Inputs = Record<string, unknown>

/** The value at a path such as `template.containers.0.image`; undefined if absent. */
export function at(inputs: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((value, step) => (value as Inputs | null | undefined)?.[step], inputs)
}

/** The text at a path; empty if absent. */
export function textAt(inputs: unknown, path: string): string {
  const value = at(inputs, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** A list at a path; empty if absent. */
export function listAt(inputs: unknown, path: string): unknown[] {
  return (at(inputs, path) as unknown[] | undefined) ?? []
}

/** The resources of one type, by the end of its token: `Bucket`. */
export function ofType(resources: Simulated[], type: string): { name: string; inputs: Inputs }[] {
  return resources
    .filter((it) => it.type.endsWith(`:${type}`))
    .map(({ name, inputs }) => ({ name, inputs }))
}

export function one(resources: Simulated[], type: string, name: string): Inputs {
  const found = ofType(resources, type).find((it) => it.name === name)
  if (!found) throw new Error(`The program creates no ${type} "${name}"`)
  return found.inputs
}

/** The environment of a service's container. */
export function variables(service: Inputs, container = 0): Inputs {
  const envs = listAt(service, `template.containers.${container}.envs`)
  return Object.fromEntries(
    envs.map((env) => [at(env, 'name'), at(env, 'value') ?? at(env, 'valueSource')]),
  )
}
