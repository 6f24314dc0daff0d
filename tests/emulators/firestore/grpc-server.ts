import type { Socket } from 'node:net'
import { callbackify } from 'node:util'
import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import { serveListen } from './listen.ts'
import { messageForm } from './protos.ts'
import type { FirestoreService } from './service.ts'

/** Firestore over gRPC, on the connections that it is given. */
export function createGrpcServer(
  service: FirestoreService,
  protos: object,
): { accept: (socket: Socket) => void; close: () => void } {
  const definitions = fromJSON(protos, messageForm)
  const definition = definitions['google.firestore.v1.Firestore'] as ServiceDefinition
  const server = new Server({ 'grpc.max_receive_message_length': 10 * 1024 * 1024 })
  server.addService(definition, {
    beginTransaction: unary(service.beginTransaction.bind(service)),
    commit: unary(service.commit.bind(service)),
    rollback: unary(service.rollback.bind(service)),
    batchGetDocuments: streaming(service.batchGetDocuments.bind(service)),
    runQuery: streaming(service.runQuery.bind(service)),
    runAggregationQuery: streaming(service.runAggregationQuery.bind(service)),
    listen: (stream: Parameters<typeof serveListen>[1]) => serveListen(service, stream),
  })
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure())
  return {
    accept: (socket) => connections.injectConnection(socket),
    close: () => {
      connections.destroy()
      server.forceShutdown()
    },
  }
}

function unary<Request, Answer>(handle: (request: Request) => Promise<Answer>) {
  return ({ request }: ServerUnaryCall<Request, Answer>, answer: sendUnaryData<Answer>) => {
    callbackify(handle)(request, (error: Error | null, result) => answer(error, result))
  }
}

function streaming<Request, Answer>(handle: (request: Request) => Promise<Answer[]>) {
  return (stream: ServerWritableStream<Request, Answer>) => {
    callbackify(handle)(stream.request, (error: Error | null, answers) => {
      if (error) return stream.emit('error', error)
      for (const answer of answers) stream.write(answer)
      return stream.end()
    })
  }
}
