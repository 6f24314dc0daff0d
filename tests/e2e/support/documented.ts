import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'

interface Schema {
  [keyword: string]: unknown
}
interface Answer {
  content?: Record<string, { schema: Schema }>
}
type Methods = Record<string, { responses: Record<string, Answer> }>
interface Document {
  paths: Record<string, Methods>
  components: { schemas: Record<string, Schema> }
}

const document = JSON.parse(
  readFileSync(new URL('../../../web/openapi.json', import.meta.url), 'utf8'),
) as Document

/** Answers that any HTTP server may give before it knows the route. */
const statusesOfServers = new Set([417, 431])

/** Removes nothing, and forbids members that the document does not name: the document is complete. */
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema({ $id: 'api', components: close(document.components) })

const validators = new Map<Schema, ValidateFunction>()
const templates = Object.entries(document.paths).map(([path, methods]) => {
  const pattern = path.replaceAll(/\{(path|link)\}/g, '.+').replaceAll(/\{\w+\}/g, '[^/]+')
  return { pattern: new RegExp(`^${pattern}$`), path, methods }
})

interface ReceivedAnswer {
  status: number
  headers: Headers
  body: string
}

/**
 * Expects that the OpenAPI document has this answer: the status, the media type, and a JSON body that matches the schema.
 * Ignores answers to unknown paths and methods, which are problems of no operation.
 */
export function expectDocumented(method: string, target: string, answer: ReceivedAnswer): void {
  const [path = ''] = target.replace(/^\/api\/workspace(?=\/)/, '').split('?')
  const known = templates.find(({ pattern }) => pattern.test(path))
  const operation = known?.methods[(method === 'HEAD' ? 'GET' : method).toLowerCase()]
  if (known === undefined || operation === undefined) return
  const { status } = answer
  if (statusesOfServers.has(status)) return
  const name = `${method} ${known.path} ${status}`
  const documented = operation.responses[status]
  expect(
    documented,
    `${name} is not in the OpenAPI document: ${answer.body.slice(0, 300)}`,
  ).toBeTruthy()
  const mediaType = answer.headers.get('content-type')?.split(';')[0]?.trim()
  const content = documented?.content ?? {}
  if (mediaType === undefined || content['*/*'] !== undefined) return
  const schema = content[mediaType]?.schema
  expect(schema, `${name} of type ${mediaType} is not in the OpenAPI document`).toBeTruthy()
  if (schema === undefined || method === 'HEAD' || !/\/(?:.+\+)?json$/.test(mediaType)) return
  const validate = validatorOf(schema)
  const isValid = validate(JSON.parse(answer.body))
  expect(
    isValid,
    `${name}: ${ajv.errorsText(validate.errors)}\n${answer.body.slice(0, 1000)}`,
  ).toBe(true)
}

/** Checks every answer that the tests fetch from the server, until disposed. */
export function documentFetch(origin: () => string | undefined): Disposable {
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init)
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.origin !== origin()) return response
    const { status, headers } = response
    // The schema of a stream is that of one message.
    const isJson = /\/(?:.+\+)?json\b/.test(headers.get('content-type') ?? '')
    const body = isJson ? await response.clone().text() : ''
    expectDocumented(init?.method ?? 'GET', url.pathname, { status, headers, body })
    return response
  }
  return { [Symbol.dispose]: () => void (globalThis.fetch = fetch) }
}

function validatorOf(schema: Schema): ValidateFunction {
  const validate = validators.get(schema) ?? ajv.compile(absolute(close(schema)))
  validators.set(schema, validate)
  return validate
}

function absolute(schema: Schema): Schema {
  return JSON.parse(
    JSON.stringify(schema).replaceAll('"#/components', '"api#/components'),
  ) as Schema
}

/** Forbids members without a description in every object that describes members. */
function close<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(close) as Value
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, close(member) as unknown])
  const closed = Object.fromEntries(members) as Schema
  const isObject = closed['type'] === 'object' && closed['properties'] !== undefined
  return { ...(isObject && { additionalProperties: false }), ...closed } as Value
}
