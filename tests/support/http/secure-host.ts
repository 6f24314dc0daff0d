import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { generate } from 'selfsigned'
import { listen, outside, type Host } from './fetch-world.ts'

const name = 'files.example.test'
const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
  keyType: 'ec',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
})

/** A self-signed certificate for `files.example.test` only. */
export const certificate = cert

/** Starts a TLS host. Counts connections before the handshake. */
export function startSecureHost(answer: RequestListener): Promise<Host> {
  return listen(createServer({ cert, key }, answer), 0, outside)
}
