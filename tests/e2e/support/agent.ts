import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect } from 'vitest'
import type { Caller } from './caller.ts'

/** The revisions of the protocol. Clients of the older one begin with `initialize`. */
export const revisions = ['2025-11-25', '2026-07-28'] as const
export type Revision = (typeof revisions)[number]

interface Block {
  type: string
  text?: string
  data?: string
  mimeType?: string
  uri?: string
}

/** The result of a tool as a model gets it. */
interface ToolResult {
  /** The text blocks. */
  texts: string[]
  content: Block[]
  structured: Record<string, unknown> | undefined
  isError: boolean
}

/** An agent of a user, with the official client. */
export interface TestAgent extends AsyncDisposable {
  client: Client
  call(tool: string, args?: Record<string, unknown>): Promise<ToolResult>
  /** Calls a tool and expects success. Resolves to its structure. */
  done(tool: string, args?: Record<string, unknown>): Promise<Record<string, unknown>>
  /** Calls a tool and expects an error. Resolves to its text. */
  refused(tool: string, args?: Record<string, unknown>): Promise<string>
}

export async function agentOf(user: Caller, revision: Revision = '2026-07-28'): Promise<TestAgent> {
  const mode = revision === '2025-11-25' ? 'legacy' : { pin: revision }
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const headers = { authorization: user.authorization }
  const transport = new StreamableHTTPClientTransport(user.url('/mcp'), {
    requestInit: { headers },
    // Reads `fetch` at each call, so that the suite can check the answers.
    fetch: (url, init) => fetch(url, init),
  })
  await client.connect(transport)
  const call: TestAgent['call'] = async (name, args = {}) => {
    const result = await client.callTool({ name, arguments: args })
    const content = result.content as Block[]
    return {
      content,
      texts: content.flatMap(({ text }) => text ?? []),
      structured: result.structuredContent as Record<string, unknown> | undefined,
      isError: result.isError === true,
    }
  }
  return {
    client,
    call,
    async done(tool, args) {
      const { isError, structured, texts } = await call(tool, args)
      expect({ isError, texts }).toMatchObject({ isError: false })
      return structured ?? {}
    },
    async refused(tool, args) {
      const { isError, structured, texts } = await call(tool, args)
      expect({ isError, structured, count: texts.length, texts }).toMatchObject({
        isError: true,
        structured: undefined,
        count: 1,
      })
      const [text = ''] = texts
      expect(text).toMatch(/^[a-z-]+: [A-Z"]/)
      expect(text.length).toBeLessThanOrEqual(1000)
      // A model has no HTTP.
      expect(text).not.toMatch(/\/api\/|\b(?:GET|POST|PUT|PATCH|DELETE) |If-Match|onConflict/)
      return text
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}
