import type { z } from 'zod'
import type { CostLine } from './cost.ts'
import type { BlockLimits, Category, Emitted, Progress } from './block.ts'
import type { Provider } from './define-provider.ts'
import type { TestFile } from './block-test.ts'

/**
 * A block of any schema, as registry and executor have it. The parameter of `run` is checked by the executor, which parses the
 * input by the schema before the call: the exact types of two blocks are not assignable to one another.
 */
export interface AnyBlock {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly categories: readonly Category[]
  readonly provider?: Provider
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  readonly cost?: readonly CostLine[]
  readonly limits?: BlockLimits
  readonly programs?: readonly string[]
  readonly idempotent?: boolean
  readonly replaces?: string
  readonly steps?: object
  run(request: never): AsyncIterable<Emitted | Progress>
  readonly tests: readonly AnyTest[]
}

export interface AnyTest {
  readonly name?: string
  readonly files?: Readonly<Record<string, TestFile>>
  readonly input: object
  readonly output: readonly (readonly [name: string, expected: unknown])[]
  readonly mock?: object
  check?(results: never): Promise<void> | void
}
