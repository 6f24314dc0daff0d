type Call = (...args: unknown[]) => unknown

/** Hooks for named operations. Each is called with the result and the arguments of its operation. */
type After<Port> = {
  [Name in keyof Port]?: Port[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (result: Result, args: Args) => void
    : never
}

interface Instrumentation<Port> {
  /** Wraps each asynchronous operation. */
  around: (name: string, call: () => Promise<unknown>) => Promise<unknown>
  after?: After<Port>
  /** Synchronous operations, which are not wrapped. */
  pure?: (keyof Port)[]
}

/** The port with each asynchronous operation wrapped. */
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
