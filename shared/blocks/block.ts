import type { z } from 'zod'
import type { BlockTest } from './block-test.ts'
import type { CostLine } from './cost.ts'
import type { Provider } from './define-provider.ts'
import type { ExecutionContext } from './execution-context.ts'

const categories = [
  'ai',
  'multimedia',
  'images',
  'video',
  'audio',
  'documents',
  'archives',
  'data',
  'text',
  'web',
  'developer_tools',
] as const

export type Category = (typeof categories)[number]

export type Shape = z.ZodRawShape

/** Shown while a block runs. */
export interface Progress {
  readonly progress: string
  /** From 0 to 1. */
  readonly fraction?: number
}

declare const emitted: unique symbol
/** An output. Only `output.{name}(value)` makes one. */
export type Emitted = readonly [name: string, value: unknown] & { readonly [emitted]: true }

/** Makes the outputs to yield, by name. `error` exists in every block and ends the run as failed. */
export type Outputs<Output extends Shape> = {
  readonly [Name in keyof Output & string]: (value: z.input<Output[Name]>) => Emitted
} & { readonly error: (message: string) => Emitted }

export interface BlockRequest<Input extends Shape, Output extends Shape, Steps> {
  /** The parsed input, with each file in the form that its field states. */
  input: z.output<z.ZodObject<Input>>
  output: Outputs<Output>
  context: ExecutionContext
  /** The steps of the block, or those of a test. */
  steps: Steps
}

/** Limits of one run. The service has its own limits, and the lower one applies. */
export interface BlockLimits {
  /** Default 300. */
  seconds?: number
  /** Default 1000. */
  outputs?: number
}

export interface BlockDefinition<Input extends Shape, Output extends Shape, Steps> {
  /** A UUID of version 4. It names this behaviour forever: an incompatible change is a new block with `replaces`. */
  id: string
  /** In PascalCase, unique: `ResizeImage`. */
  name: string
  /** One or two sentences for people and for agents. */
  description: string
  categories: readonly Category[]
  provider?: Provider
  input: z.ZodObject<Input>
  output: z.ZodObject<Output>
  /** Replaces the price of the provider. Without either, a run is free. */
  cost?: readonly CostLine[]
  limits?: BlockLimits
  /** The programs of the machine that `context.run` may run, such as `ffmpeg`. `node` needs no mention. */
  programs?: readonly string[]
  /** The same input gives the same outputs, and nothing but the workspace changes. */
  idempotent?: boolean
  /** The id of the block in whose place this one is. */
  replaces?: string
  /** Functions that a test can replace: calls whose result the test must decide. */
  steps?: Steps
  run(request: BlockRequest<Input, Output, Steps>): AsyncIterable<Emitted | Progress>
  tests: readonly BlockTest<Input, Output, Steps>[]
}
