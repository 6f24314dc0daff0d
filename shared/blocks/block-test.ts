import type { z } from 'zod'
import type { ExecutionContext } from './execution-context.ts'

/** A test of a block, next to it. `npm run test:blocks -- {Name}` runs it on the real executor, workspace and scanner. */
export interface BlockTest<Input extends z.ZodRawShape, Output extends z.ZodRawShape, Steps> {
  name?: string
  /** Files of the workspace before the run, by absolute path. The input can name one: `workspace:///clip.mp4`. */
  files?: Readonly<Record<string, TestFile>>
  input: z.input<z.ZodObject<Input>>
  /** All outputs in order. `['error', …]` as the last one means that the run fails with this message. */
  output: readonly (
    | {
        [Name in keyof Output & string]: readonly [Name, Expected<z.input<Output[Name]>>]
      }[keyof Output & string]
    | readonly ['error', string | RegExp]
  )[]
  /** Replaces steps of the block. A mock that does not have the type of its step does not compile. */
  mock?: Partial<Steps>
  /** Throws, for example by `node:assert`, if the outputs are not as expected. */
  check?(results: TestResults): Promise<void> | void
}

/** A value, a regular expression for a text, or a schema that the output must fit. */
type Expected<Value> = Value | RegExp | z.ZodType

/** Text, bytes, or a function that makes the file in `context.directory` and resolves to its path there. */
export type TestFile = string | Uint8Array | ((context: ExecutionContext) => Promise<string>)

export interface TestResults {
  /** The values of an output in order; files are references. */
  values: (name: string) => unknown[]
  /** Reads a file by its reference. */
  read: (reference: unknown) => Promise<Buffer>
}
