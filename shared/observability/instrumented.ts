type Call = (...args: unknown[]) => unknown

/** What is to be done with the result of an operation, by its name. */
export type After<Port> = {
  [Name in keyof Port]?: Port[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (result: Result, args: Args) => void
    : never
}

export interface Instrumentation<Port> {
  /** Runs each asynchronous operation, by its name. */
  around: (name: string, call: () => Promise<unknown>) => Promise<unknown>
  after?: After<Port>
  /** Operations that are not asynchronous, and are left alone. */
  pure?: (keyof Port)[]
}

/** The same port, each of its operations wrapped. */
export function instrumented<Port extends object>(
  port: Port,
  { around, after = {}, pure = [] }: Instrumentation<Port>,
): Port {
  const hooks = after as Record<string, ((result: unknown, args: unknown[]) => void) | undefined>
  const wrapped = new Map<string, Call>()
  const wrap = (name: string, call: Call): Call => {
    if ((pure as string[]).includes(name)) return call
    return async (...args) => {
      const result = await around(name, async () => call(...args))
      hooks[name]?.(result, args)
      return result
    }
  }
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function' || typeof name === 'symbol') return member
      const call = wrapped.get(name) ?? wrap(name, (member as Call).bind(target))
      wrapped.set(name, call)
      return call
    },
  })
}
