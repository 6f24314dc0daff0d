import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { generate } from 'selfsigned'
import { listen, outside, type Host } from './fetch-world.ts'

const name = 'files.example.test'
const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
  keyType: 'ec',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
})

/** Self-signed for `files.example.test` and nothing else. */
export const certificate = cert

/** Its connections are counted before the handshake. */
export function startSecureHost(answer: RequestListener): Promise<Host> {
  return listen(createServer({ cert, key }, answer), 0, outside)
}
