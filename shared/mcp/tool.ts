import type {
  CallToolResult,
  Tool as Definition,
  ToolAnnotations,
} from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { parsed } from '../api/parsed.ts'
import type { Agent } from './agent.ts'
import { plainSchema } from './plain-schema.ts'

/** A tool as the server lists and calls it. */
export interface Tool {
  definition: Definition
  /** Whether the tool needs the scope `files:write`. */
  writes: boolean
  /** Parses the arguments and runs the tool. Throws `invalid-request` for wrong arguments. */
  call(agent: Agent, args: unknown): Promise<CallToolResult>
}

/** Tool annotations, all of which a client needs to decide whether to ask its user. */
type Hints = Required<Omit<ToolAnnotations, 'title'>>

export const reads: Hints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}

/** Changes that lose nothing. */
export const changes: Hints = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
}

/** Changes that can replace or remove a version. */
export const overwrites: Hints = { ...changes, destructiveHint: true }

interface ToolOptions<Input extends z.ZodRawShape> {
  name: string
  title: string
  description: string
  input: z.ZodObject<Input>
  /** The shape of `structuredContent`. A tool whose result has the text of a file or a picture has none. */
  output?: z.ZodObject
  hints: Hints
  meta?: Record<string, unknown>
  call: (agent: Agent, input: z.output<z.ZodObject<Input>>) => Promise<CallToolResult>
}

export function defineTool<Input extends z.ZodRawShape>(options: ToolOptions<Input>): Tool {
  const { name, title, description, input, output, hints, meta, call } = options
  return {
    definition: {
      name,
      title,
      description,
      inputSchema: plainSchema(input),
      ...(output && { outputSchema: plainSchema(output) }),
      annotations: hints,
      ...(meta && { _meta: meta }),
    },
    writes: !hints.readOnlyHint,
    call: async (agent, args) => call(agent, parsed(input, args ?? {}, 'arguments')),
  }
}

/** A result with the same content as text and as structure. */
export function structured(
  structuredContent: Record<string, unknown>,
  text = JSON.stringify(structuredContent),
): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent }
}
