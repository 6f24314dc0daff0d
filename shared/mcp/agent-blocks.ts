import type { Caller } from '../model/access.ts'
import type { RunEvent } from '../model/runs/run-event.ts'

/** A block as an agent finds it. */
interface FoundBlock {
  id: string
  name: string
  description: string
}

/** A block as an agent runs it. */
export interface DescribedBlock extends FoundBlock {
  /** JSON Schemas. */
  input: object
  output: object
  examples: readonly object[]
}

/** The blocks of a server. `shared/mcp` does not load them: the function passes them in where it runs them. */
export interface AgentBlocks {
  /** The best matches first. */
  find(query: string, limit: number): Promise<FoundBlock[]>
  /** A block by its id or its exact name. Undefined for an unknown one. */
  get(idOrName: string): Promise<DescribedBlock | undefined>
  /** Runs a block: see `Executor.execute`. */
  run(request: {
    id: string
    input: unknown
    caller: Caller
    signal: AbortSignal
  }): AsyncGenerator<RunEvent, void, undefined>
}
