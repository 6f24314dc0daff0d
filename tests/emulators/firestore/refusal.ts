import { status } from '@grpc/grpc-js'

export type Code = keyof typeof status

/** An error response of Firestore: a gRPC status and a message. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: number
  readonly status: Code

  constructor(code: Code, message: string) {
    super(message)
    this.status = code
    this.code = status[code]
  }
}
