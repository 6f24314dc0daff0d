import { text } from 'node:stream/consumers'
import { HttpError, isSuccess, send, type HttpRequest } from '../../google/http.ts'
import { errorOf, networkError, type ErrorBody } from './firestore-error.ts'

/** The longest time of one request. */
const maxCallMs = 20_000

export interface Endpoint {
  /** Such as `https://firestore.googleapis.com`. */
  origin: string
  accessToken: () => Promise<string>
}

/** The calls of https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents that are used. */
type Verb = 'batchGet' | 'runQuery' | 'runAggregationQuery' | 'commit'

/** Sends one request about a resource, within `withinMs`. Throws a `FirestoreError`, or an error of the credentials. */
export async function call<Answer>(
  { origin, accessToken }: Endpoint,
  [resource, verb]: [resource: string, verb: Verb],
  body: object,
  withinMs = maxCallMs,
): Promise<Answer> {
  const path = resource.split('/').map(encodeURIComponent).join('/')
  const { status, ok, content } = await answerTo(`${origin}/v1/${path}:${verb}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await tokenFrom(accessToken)}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(Math.max(1, Math.min(maxCallMs, withinMs))),
  })
  const answer = parse(content, ok)
  const refusal = refusalIn(answer)
  if (refusal || !ok) throw errorOf(refusal ?? {}, status)
  return answer as Answer
}

/** A failure of the network or of the metadata server is one of Firestore. Missing or refused credentials are not. */
async function tokenFrom(accessToken: Endpoint['accessToken']): Promise<string> {
  try {
    return await accessToken()
  } catch (error) {
    const isRefused = error instanceof HttpError && error.response.status < 500
    const isMissing = error instanceof Error && /default credentials/.test(error.message)
    throw isRefused || isMissing ? error : networkError(error)
  }
}

async function answerTo(url: string, request: HttpRequest & { signal: AbortSignal }) {
  try {
    const response = await send(url, request)
    const content = await text(response.body)
    return { status: response.status, ok: isSuccess(response), content }
  } catch (error) {
    throw networkError(error, request.signal.aborted)
  }
}

/** Undefined for a refusal of a proxy in another format. A success that is not JSON was cut off. */
function parse(content: string, ok: boolean): unknown {
  try {
    return JSON.parse(content)
  } catch (error) {
    if (ok) throw networkError(error)
    return undefined
  }
}

/** A stream is an array. If it fails after its first items, its last item is the error. */
function refusalIn(answer: unknown): ErrorBody | undefined {
  const { error } = Object(Array.isArray(answer) ? answer.at(-1) : answer) as { error?: ErrorBody }
  return error
}
