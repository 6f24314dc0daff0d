import type { Simulated } from './simulate.ts'

export type Inputs = Record<string, unknown>

/** Returns the value at a path such as `template.containers.0.image`, or undefined. */
export function at(inputs: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((value, step) => (value as Inputs | null | undefined)?.[step], inputs)
}

/** Returns the text at a path, or an empty string. */
export function textAt(inputs: unknown, path: string): string {
  const value = at(inputs, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Returns the list at a path, or an empty list. */
export function listAt(inputs: unknown, path: string): unknown[] {
  return (at(inputs, path) as unknown[] | undefined) ?? []
}

/** Returns the resources whose type token ends with a name such as `Bucket`. */
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

/** Returns the environment variables of a service's first container. */
export function variables(service: Inputs, container = 0): Inputs {
  const envs = listAt(service, `template.containers.${container}.envs`)
  return Object.fromEntries(
    envs.map((env) => [at(env, 'name'), at(env, 'value') ?? at(env, 'valueSource')]),
  )
}
