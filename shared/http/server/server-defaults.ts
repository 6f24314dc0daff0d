import type { Server } from 'node:http'
import { answerClientErrors } from './client-error.ts'
import { deferContinue } from '../body/expect-continue.ts'

/** Applies the settings common to all servers (timeouts, 100-continue, error answers). Call before `listen()`. */
export function configureServer(server: Server): void {
  // No limit on the whole request, because a long upload is valid. Bodies have an idle limit instead.
  server.requestTimeout = 0
  deferContinue(server)
  answerClientErrors(server)
}
