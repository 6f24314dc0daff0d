import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { mcpRoutes } from '../../../functions/mcp.ts'
import { startScanning } from '../../../functions/host/local-scan.ts'
import { httpApp, serve } from '../../support/http/http-app.ts'
import { openLocalWorkspace } from '../../workspace/local-workspace.ts'

export interface Call {
  /** The arguments, and the answer as hosts hand it to the model: the structure if there is one, else the blocks. */
  sent: string
  received: string
  text: string
  structured: Record<string, unknown> | undefined
}

/** An agent over a real local workspace whose calls show what a model gets. */
export async function openLocalAgent() {
  await using opened = new AsyncDisposableStack()
  const { ports, storage } = opened.use(await openLocalWorkspace(100_000_000))
  startScanning(ports, storage.events, { concurrency: 2, log: () => undefined })
  const settings = { auth: { mode: 'local', origins: [] }, server: { corsOrigins: [] } } as const
  const { url } = opened.use(
    await serve(httpApp((app) => app.route('/', mcpRoutes(ports, settings)))),
  )
  const versionNegotiation = { mode: { pin: '2026-07-28' } }
  const client = new Client({ name: 'budget', version: '1' }, { versionNegotiation })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/api/workspace/mcp`)))
  opened.defer(() => client.close())
  const resources = opened.move()
  return {
    client,
    async call(tool: string, args: Record<string, unknown> = {}): Promise<Call> {
      const result = await client.callTool({ name: tool, arguments: args })
      const blocks = result.content as { text?: string; data?: string }[]
      const text = blocks.map((block) => block.text ?? block.data ?? '').join('\n')
      const structured = result.structuredContent as Call['structured']
      const received = structured === undefined ? text : JSON.stringify(structured)
      return { sent: JSON.stringify(args), received, text, structured }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
