import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { Database } from './database.ts'
import type { FirestoreService } from './service.ts'
import type { Document, ListenRequest } from './wire.ts'

type Stream = ServerDuplexStream<ListenRequest, object>
type Target = NonNullable<ListenRequest['addTarget']>

/** Serves one Listen stream: the initial state of each target, then the changes of each commit. */
export function serveListen(service: FirestoreService, stream: Stream): void {
  const stops = new Map<number, () => void>()
  const stopAll = () => {
    for (const stop of stops.values()) stop()
    stops.clear()
  }
  stream.on('data', ({ database, addTarget, removeTarget }: ListenRequest) => {
    if (addTarget)
      stops.set(addTarget.targetId, watch(service.database(database), addTarget, stream))
    else if (removeTarget) stops.get(removeTarget)?.()
  })
  stream.on('end', () => {
    stopAll()
    stream.end()
  })
  stream.on('cancelled', stopAll)
  stream.on('error', stopAll)
}

function watch(database: Database, target: Target, stream: Stream): () => void {
  const targetIds = [target.targetId]
  let known = new Map<string, Document>()
  const send = (isFirst: boolean) => {
    const now = new Map(documentsOf(database, target).map((document) => [document.name, document]))
    const gone = [...known.keys()].filter((name) => !now.has(name))
    const missing = isFirst ? (target.documents?.documents ?? []) : []
    const changed = [...now.values()].filter((document) => known.get(document.name) !== document)
    const readTime = database.now()
    for (const name of new Set([...gone, ...missing.filter((name) => !now.has(name))])) {
      stream.write({ documentDelete: { document: name, removedTargetIds: targetIds, readTime } })
    }
    for (const document of changed) stream.write({ documentChange: { document, targetIds } })
    known = now
    const resumeToken = Buffer.from(`${readTime.seconds}.${readTime.nanos}`)
    if (isFirst) stream.write(change('CURRENT', { targetIds, readTime, resumeToken }))
    if (isFirst || gone.length + changed.length > 0) {
      database.bill.reads += isFirst ? Math.max(1, changed.length) : changed.length
      stream.write(change('NO_CHANGE', { readTime, resumeToken }))
    }
  }
  stream.write(change('ADD', { targetIds }))
  send(true)
  return database.listen(() => send(false))
}

function documentsOf(database: Database, { documents, query }: Target): Document[] {
  if (query) return database.peek(query.parent, query.structuredQuery)
  return (documents?.documents ?? []).flatMap((name) => database.peekAt(name) ?? [])
}

function change(targetChangeType: string, rest: object): object {
  return { targetChange: { targetChangeType, ...rest } }
}
