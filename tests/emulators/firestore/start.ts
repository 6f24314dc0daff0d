import type { Database } from './database.ts'
import { Faults } from './faults.ts'
import { createGrpcServer } from './grpc-server.ts'
import { readIndexes } from './indexes.ts'
import { listenOnOnePort } from './one-port.ts'
import { readProtos } from './protos.ts'
import { createRestServer } from './rest-server.ts'
import { FirestoreService } from './service.ts'

const declaredIndexes = new URL('../../../firestore.indexes.json', import.meta.url)

export interface FirestoreEmulator extends AsyncDisposable {
  /** For `FIRESTORE_EMULATOR_HOST`. */
  host: string
  faults: Faults
  /** The billed operations and the largest commit of a project's default database. */
  database: (projectId: string) => Pick<Database, 'bill' | 'largestCommit' | 'listen' | 'peekAt'>
}

/** A Firestore emulator in this process, over gRPC and REST. Every project starts with an empty database. */
export async function startFirestoreEmulator(): Promise<FirestoreEmulator> {
  const faults = new Faults()
  const protos = await readProtos()
  const service = new FirestoreService(await readIndexes(declaredIndexes), faults)
  const grpc = createGrpcServer(service, protos)
  const shared = await listenOnOnePort(grpc.accept, createRestServer(service, protos))
  return {
    host: `127.0.0.1:${shared.port}`,
    faults,
    database: (projectId) => service.database(`projects/${projectId}/databases/(default)`),
    [Symbol.asyncDispose]: async () => {
      grpc.close()
      await shared[Symbol.asyncDispose]()
    },
  }
}
