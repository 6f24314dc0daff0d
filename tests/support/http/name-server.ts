import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { decode, encode } from 'dns-packet'

export interface NameServer extends AsyncDisposable {
  /** `address:port`, the form that `Resolver.setServers` accepts. */
  address: string
  /** All questions in order, such as `A example.com`. */
  questions: string[]
}

/**
 * Starts a name server over UDP. `answer` returns the addresses of a name, of which the server sends those of the requested
 * type. An empty list causes NXDOMAIN. With undefined, the server does not answer.
 */
export async function startNameServer(
  answer: (name: string, questionsBefore: number) => string[] | undefined,
): Promise<NameServer> {
  const questions: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message, { port, address }) => {
    const query = decode(message)
    const [question] = query.questions ?? []
    if (!question) return
    const { name, type } = question
    const asked = `${type} ${name}`
    const found = answer(name, questions.filter((earlier) => earlier === asked).length)
    questions.push(asked)
    if (!found) return
    const ofType = found.filter((data) => data.includes(':') === (type === 'AAAA'))
    const reply = encode({
      type: 'response',
      ...(query.id === undefined ? {} : { id: query.id }),
      flags: found.length === 0 ? 3 : 0,
      questions: [question],
      answers: ofType.map((data) =>
        type === 'AAAA'
          ? { type: 'AAAA' as const, name, ttl: 0, data }
          : { type: 'A' as const, name, ttl: 0, data },
      ),
    })
    socket.send(reply, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}
