import { once } from '../concurrency/once.ts'

type Call = (...args: unknown[]) => unknown

/** The names of a port's synchronous operations. */
type PureNames<Port> = {
  [Name in keyof Port]: Port[Name] extends (...args: never[]) => Promise<unknown> ? never : Name
}[keyof Port]

/**
 * A port that is opened at its first use, so that functions that never use it load none of its code. `pure` implements the
 * synchronous operations. If opening fails, the operation fails, and the next operation tries to open the port again.
 */
export function lazyPort<Port extends object>(
  open: () => Promise<Port>,
  pure: Pick<Port, PureNames<Port>>,
): Port {
  const opened = once(open)
  return new Proxy(pure as Port, {
    get(target, name) {
      if (typeof name === 'symbol' || name === 'then' || name in target) {
        return Reflect.get(target, name) as unknown
      }
      return async (...args: unknown[]) => {
        const port = await opened()
        return (Reflect.get(port, name) as Call).apply(port, args)
      }
    },
  })
}
