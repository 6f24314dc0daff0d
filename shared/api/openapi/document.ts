import type { z } from 'zod'
import { problemSchema } from '../answers/problem.ts'
import type { Content, Operation, Operations } from '../operation.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import { jsonSchemaOf, type Components, type JsonSchema } from './json-schema.ts'
import { refusalsOf } from './refusals.ts'

const base = 'api/workspace'
/** Paths that are not below the base. */
const atRoot = /^\/(?:healthz$|\.well-known\/)/
const bytes = { type: 'string', format: 'binary' }

/** The text of a path parameter by its name. */
const pathParameters: Record<string, JsonSchema> = {
  id: { type: 'string', format: 'uuid', description: 'The id of a file.' },
  path: { type: 'string', description: 'A path without its first slash.', minLength: 1 },
  user: { type: 'string', description: 'The id of a user.', minLength: 1 },
  sessionId: { type: 'string', pattern: '^[A-Za-z0-9._~-]{1,128}$' },
  uploadId: { type: 'string', description: 'The last segment of `upload.url`.', minLength: 1 },
  link: { type: 'string', description: 'The rest of the URL, with its query.', minLength: 1 },
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The token of a user.' },
  scheduler: {
    type: 'http',
    scheme: 'bearer',
    description: 'The identity token of `SWEEP_INVOKER`.',
  },
}

/** The OpenAPI 3.1 document of the operations. */
function documentOf(operations: Operations) {
  const components: Components = {}
  const problem = jsonSchemaOf(problemSchema, components)
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = route.split(' ')
    const item = (paths[path] ??= atRoot.test(path) ? { servers: [{ url: '.' }] } : {})
    item[method.toLowerCase()] = describe(path, operation, { components, problem })
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Coffer',
      version: '0.1.0',
      description: 'A private, virus-scanned file workspace for users and their agents.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: base, description: 'Relative to this document.' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes,
      parameters: Object.fromEntries(
        Object.entries(requestHeaders).map(([name, kind]) => [name, headerParameter(name, kind)]),
      ),
      headers: responseHeaders,
      schemas: components,
    },
  }
}

/** The document as the file that clients read. */
export function documentText(operations: Operations): string {
  return `${JSON.stringify(documentOf(operations), null, 1)}\n`
}

interface Shared {
  components: Components
  problem: JsonSchema
}

function describe(path: string, operation: Operation, { components, problem }: Shared) {
  const { id, summary, access, query, headers = [], body, answers, onlyLocal } = operation
  const about = [
    operation.description,
    access.includes(':') ? `Needs the scope \`${access}\`.` : undefined,
    onlyLocal && 'Only over the local disk. The URL is the permission.',
  ]
  const description = about.filter(Boolean).join(' ')
  const responses = Object.entries(answers).map(([status, answer]) => [
    status,
    {
      description: answer.description,
      ...(answer.headers && { headers: headerReferences(answer.headers) }),
      ...(answer.content && { content: contentOf(answer.content, components) }),
    },
  ])
  return {
    operationId: id,
    summary,
    ...(description !== '' && { description }),
    ...(access === 'scheduler' && { security: [{ scheduler: [] }] }),
    ...((access === 'url' || access === 'anybody') && { security: [] }),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name)),
      ...(query ? queryParameters(query, components) : []),
      ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` })),
    ],
    ...(body && {
      requestBody: { required: !body.optional, content: contentOf(body.content, components) },
    }),
    responses: { ...refusalsOf(operation, problem), ...Object.fromEntries(responses) },
  }
}

function pathParameter(name: string) {
  const { description, ...schema } = pathParameters[name] ?? { type: 'string' }
  return { in: 'path', name, required: true, ...(description && { description }), schema }
}

function headerParameter(
  name: string,
  { description, schema }: { description: string; schema: object },
) {
  return { in: 'header', name, description, schema }
}

function queryParameters(query: z.ZodObject, components: Components) {
  const { properties = {}, required = [] } = jsonSchemaOf(query, components)
  return Object.entries(properties).map(([name, schema]) =>
    queryParameter(name, schema, required.includes(name)),
  )
}

function queryParameter(name: string, property: JsonSchema, required: boolean) {
  const { description, ...schema } = property
  const json = schema['contentSchema']
  return {
    in: 'query',
    name,
    ...(required && { required }),
    ...(description && { description }),
    ...(json ? { content: { 'application/json': { schema: json } } } : { schema }),
  }
}

function contentOf(content: Content, components: Components) {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [
      type,
      { schema: schema === 'bytes' ? bytes : bodySchema(jsonSchemaOf(schema, components)) },
    ]),
  )
}

/** A member of a form that is JSON text is described as its value: OpenAPI encodes objects in forms as JSON. */
function bodySchema(schema: JsonSchema): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([name, member]) => [
    name,
    member['contentSchema'] ?? member,
  ])
  return properties.length > 0 ? { ...schema, properties: Object.fromEntries(properties) } : schema
}

function headerReferences(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
