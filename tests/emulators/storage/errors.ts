import type { ServerResponse } from 'node:http'

const reasons: Record<number, string> = {
  400: 'invalid',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  412: 'conditionNotMet',
  416: 'requestedRangeNotSatisfiable',
  499: 'clientClosedRequest',
  503: 'backendError',
}

/** The errors of Cloud Storage, with the messages and formats of its JSON API. */
export class ApiRefusal extends Error {
  readonly status: number
  readonly reason: string
  readonly retryAfter: string | undefined

  constructor(
    status: number,
    message: string,
    { reason, retryAfter }: { reason?: string | undefined; retryAfter?: string | undefined } = {},
  ) {
    super(message)
    this.status = status
    this.reason = reason ?? reasons[status] ?? 'backendError'
    this.retryAfter = retryAfter
  }
}

export function noObject(bucket: string, name: string): ApiRefusal {
  return new ApiRefusal(404, `No such object: ${bucket}/${name}`)
}

export function conditionNotMet(): ApiRefusal {
  return new ApiRefusal(412, 'At least one of the pre-conditions you specified did not hold.')
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=UTF-8',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** https://cloud.google.com/storage/docs/json_api/v1/status-codes */
export function sendRefusal(response: ServerResponse, refusal: ApiRefusal): void {
  const { status, message, reason, retryAfter } = refusal
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter)
  const errors = [{ message, domain: 'global', reason }]
  sendJson(response, status, { error: { code: status, message, errors } })
}

/** https://cloud.google.com/storage/docs/xml-api/reference-status */
export function sendXmlRefusal(response: ServerResponse, status: number, code: string): void {
  const text = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code></Error>`
  response.writeHead(status, {
    'Content-Type': 'application/xml; charset=UTF-8',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}
