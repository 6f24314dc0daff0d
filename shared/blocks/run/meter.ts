import { noUsage, toBillionths, type Usage } from '../cost.ts'
import type { Meter } from '../execution-context.ts'

/** Sums what a run uses. Throws `RangeError` for a negative amount. */
export function openMeter(): { meter: Meter; usage: () => Usage } {
  const usage = { ...noUsage }
  const add = (name: keyof Usage, amount: number) => {
    usage[name] += toBillionths(amount)
  }
  return {
    usage: () => ({ ...usage }),
    meter: {
      bytes: (count) => add('bytes', count),
      seconds: (count) => add('seconds', count),
      items: (count) => add('items', count),
      usd: (amount) => add('usd', amount),
      tokens: ({ input = 0, output = 0 }) => {
        add('inputTokens', input)
        add('outputTokens', output)
      },
    },
  }
}
