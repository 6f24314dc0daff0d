import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { callbackify } from 'node:util'
import { fromProto3JSON, toProto3JSON } from 'proto3-json-serializer'
import protobuf from 'protobufjs'
import { messageForm } from './protos.ts'
import { Refusal } from './refusal.ts'
import type { FirestoreService } from './service.ts'

/** The calls that Firestore provides over HTTP as `POST /v1/{resource}:{verb}`. */
const calls = {
  beginTransaction: 'beginTransaction',
  commit: 'commit',
  rollback: 'rollback',
  batchGet: 'batchGetDocuments',
  runQuery: 'runQuery',
  runAggregationQuery: 'runAggregationQuery',
} as const

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const httpStatuses: Partial<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
}

/** Firestore over HTTP/1.1 and JSON, as the client uses it with `preferRest`. A stream is a JSON array. */
export function createRestServer(service: FirestoreService, protos: object): Server {
  const root = protobuf.Root.fromJSON(protos)
  return createServer((request, response) => {
    callbackify(serve)(service, root, request, (error, body) => {
      if (error) refuse(response, error)
      else respond(response, 200, body)
    })
  })
}

function refuse(response: ServerResponse, error: Error): void {
  const status = error instanceof Refusal ? error.status : 'INTERNAL'
  const code = httpStatuses[status] ?? 500
  respond(response, code, { error: { code, message: error.message, status } })
}

async function serve(
  service: FirestoreService,
  root: protobuf.Root,
  request: IncomingMessage,
): Promise<unknown> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const [, resource = '', verb = ''] = /^\/v1\/(.*):(\w+)$/.exec(decodeURIComponent(pathname)) ?? []
  if (!Object.hasOwn(calls, verb)) throw new Refusal('UNIMPLEMENTED', `No such call: ${pathname}`)
  const method = calls[verb as keyof typeof calls]
  const { asked, answered } = typesOf(root, method)
  const body = (await json(request)) as Record<string, unknown>
  const named = { ...body, database: resource.replace(/\/documents$/, ''), parent: resource }
  const known = Object.entries(named).filter(([field]) => field in asked.fields)
  const decoded = fromProto3JSON(asked, Object.fromEntries(known))
  if (!decoded) throw new Refusal('INVALID_ARGUMENT', 'The request has no body.')
  const answer = await service[method](asked.toObject(decoded, messageForm) as never)
  const encode = (item: object) => toProto3JSON(answered.fromObject(item))
  return Array.isArray(answer) ? answer.map(encode) : encode(answer)
}

function typesOf(root: protobuf.Root, method: string) {
  const service = root.lookupService('google.firestore.v1.Firestore')
  const call = service.methods[method.charAt(0).toUpperCase() + method.slice(1)]
  call?.resolve()
  if (call?.resolvedRequestType && call.resolvedResponseType) {
    return { asked: call.resolvedRequestType, answered: call.resolvedResponseType }
  }
  throw new Refusal('UNIMPLEMENTED', `The protos have no method ${method}.`)
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
