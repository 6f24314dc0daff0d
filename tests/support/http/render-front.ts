import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createSecureServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'

/**
 * A proxy like the one in front of a private Cloud Run service with HTTP/2: terminates TLS, checks callers by IAM, and forwards
 * requests without TLS.
 */
export async function startRenderFront(target: string, mayInvoke: (token: string) => boolean) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const directory = await mkdtemp(join(tmpdir(), 'coffer-front-'))
  const certificateFile = join(directory, 'cert.pem')
  await writeFile(certificateFile, cert)
  const state = { refused: 0, passed: 0 }
  const server = createSecureServer({ cert, key })
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    if (!mayInvoke((headers.authorization ?? '').replace('Bearer ', ''))) {
      state.refused += 1
      stream.respond({ ':status': 403, 'content-type': 'text/html; charset=UTF-8' })
      stream.end('<html><title>403 Forbidden</title>')
      return
    }
    state.passed += 1
    const behind = connect(target)
    const passed = behind.request({ ...headers, ':scheme': 'http' }, { endStream: false })
    passed.on('error', () => stream.close(2))
    passed.once('response', (answer) => {
      stream.respond(answer)
      passed.pipe(stream)
    })
    stream.pipe(passed)
    stream.once('close', () => behind.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(state, {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    /** For `NODE_EXTRA_CA_CERTS`. */
    certificateFile,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy()
      await new Promise((resolve) => server.close(resolve))
      await rm(directory, { recursive: true })
    },
  })
}
