import { z } from 'zod'
import { problemSchema } from '../answers/problem.ts'
import type { Operation, Operations } from '../operation.ts'

const message = z
  .object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number(), z.null()]).optional(),
    method: z.string().optional(),
    params: z.record(z.string(), z.unknown()).optional(),
    result: z.record(z.string(), z.unknown()).optional(),
    error: z
      .object({ code: z.int(), message: z.string(), data: z.unknown().optional() })
      .optional(),
  })
  .meta({ id: 'JsonRpcMessage', description: 'A message of JSON-RPC 2.0.' })

const metadataSchema = z
  .object({
    resource: z.string(),
    authorization_servers: z.array(z.string()),
    scopes_supported: z.array(z.string()),
    bearer_methods_supported: z.array(z.string()),
    resource_name: z.string(),
  })
  .meta({ id: 'ResourceMetadata' })

const json = { 'application/json': message }
const refused = { ...json, 'application/problem+json': problemSchema }

const metadata: Operation = {
  id: 'getResourceMetadata',
  summary: 'Where the MCP server gets its tokens from (RFC 9728).',
  access: 'anybody',
  answers: {
    200: { description: 'The metadata.', content: { 'application/json': metadataSchema } },
  },
  problems: ['not-found'],
}

export const mcpOperations: Operations = {
  'GET /.well-known/oauth-protected-resource/api/workspace/mcp': metadata,
  'GET /.well-known/oauth-protected-resource': { ...metadata, id: 'getAnyResourceMetadata' },
  'POST /mcp': {
    id: 'mcp',
    summary: 'The Model Context Protocol, with tools for agents.',
    description:
      'Streamable HTTP without sessions, in the revisions 2026-07-28 and 2025-11-25 (docs/agents.md).',
    access: 'files:read',
    body: { content: json },
    answers: {
      200: {
        description: 'The answer, or a stream of messages that ends with it.',
        content: { ...json, 'text/event-stream': 'bytes' },
      },
      202: { description: 'The notification is received.' },
      400: { description: 'The message is not valid.', content: refused },
      404: { description: 'The method is unknown.', content: refused },
      406: { description: 'The client does not accept these types.', content: refused },
      415: { description: 'The body is not JSON.', content: refused },
    },
  },
}
