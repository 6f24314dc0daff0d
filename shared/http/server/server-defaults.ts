import type { Server } from 'node:http'
import { answerClientErrors } from './client-error.ts'
import { deferContinue } from '../body/expect-continue.ts'

/** What every server of the API does, whoever made it: to be called before it listens. */
export function configureServer(server: Server): void {
  // An upload may take as long as it keeps sending: its body has an idle limit of its own.
  server.requestTimeout = 0
  deferContinue(server)
  answerClientErrors(server)
}
