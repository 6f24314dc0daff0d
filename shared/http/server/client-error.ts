import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { invalid } from '../../model/errors.ts'
import { parseFailure } from '../protocol/parse-failure.ts'
import { problemResponse, statusProblem } from '../problem.ts'

/** The time for a rejected client to read its answer. A client that is cut off while it sends may miss the answer. */
const lingerMilliseconds = 2000

/** Makes a server answer a problem for invalid requests that Node's parser rejects. */
export function answerClientErrors(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>()
  server.prependListener('request', (incoming, outgoing) => latest.set(incoming.socket, outgoing))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const outgoing = latest.get(socket)
    const isAnswering = outgoing?.headersSent === true && !outgoing.writableFinished
    // A rejected client that continues to send emits another error.
    if (socket.writable && !isAnswering && error.code !== 'ECONNRESET') void refuse(socket, error)
    else if (!socket.writableEnded || isAnswering) socket.destroy()
  })
  server.on('checkExpectation', (_, outgoing) => {
    const detail = 'Only Expect: 100-continue is understood; leave any other out.'
    void expectationFailed(outgoing, detail)
  })
}

async function refuse(socket: Duplex, error: NodeJS.ErrnoException): Promise<void> {
  const { status, head, body } = await serialize((requestId) => problemOf(error, requestId))
  if (!socket.writable) return
  const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines}\r\n${body}`)
  const deadline = setTimeout(() => socket.destroy(), lingerMilliseconds)
  socket.once('close', () => clearTimeout(deadline))
}

async function expectationFailed(outgoing: ServerResponse, detail: string): Promise<void> {
  const { status, head, body } = await serialize((requestId) =>
    statusProblem(417, detail, requestId),
  )
  outgoing.writeHead(status, Object.fromEntries(head)).end(body)
}

function problemOf(error: NodeJS.ErrnoException, requestId: string): Response {
  const { code } = error
  if (code === 'HPE_HEADER_OVERFLOW') {
    return statusProblem(431, 'The head of the request is too long; send less in it.', requestId)
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return statusProblem(408, 'The head of the request did not arrive in time.', requestId)
  }
  const { field, rule } = parseFailure(error)
  return problemResponse(invalid(field, rule), { requestId })
}

/** The status, headers and body of a problem, with the headers of every answer. */
async function serialize(problem: (requestId: string) => Response) {
  const requestId = randomUUID()
  const response = problem(requestId)
  const { status, headers } = response
  const body = await response.text()
  headers.set('X-Request-Id', requestId)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Content-Length', `${Buffer.byteLength(body)}`)
  headers.set('Connection', 'close')
  return { status, head: [...headers], body }
}
