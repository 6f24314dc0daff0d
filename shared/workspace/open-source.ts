import { mayRead, type Caller } from '../model/access.ts'
import type { ReadyFile } from '../model/file.ts'
import { parseName } from '../model/path.ts'
import type { Ports } from '../ports/ports.ts'
import type { ForeignSource, SourceOptions } from '../ports/sources.ts'
import { readyFile } from './read.ts'
import { ownerOf } from '../model/storage-path.ts'
import { parseDataUri } from '../media/data-uri.ts'
import { isReference, parseReference } from '../media/reference.ts'
import { refusedSource } from '../media/source-refusals.ts'
import { isGcsUri, noSuchObject, parseGcsUri } from '../media/gcs-uri.ts'

/** A ready file of the caller, which is scanned; or bytes that are not scanned yet. */
export type OpenedSource = { file: ReadyFile } | ForeignSource

type SourcePorts = Pick<Ports, 'catalog' | 'limits' | 'sources'>

/** Returns whether a text is a URI instead of a local path. */
export function isRemote(text: string): boolean {
  return /^(?:data|https?|workspace|local|gcs):|^[a-z][a-z0-9+.-]*:\/\//i.test(text)
}

/**
 * Opens a data URI, an http or https URL, a `workspace://` reference, or an object `gcs://bucket/name`, which may be the
 * `storagePath` of a file of the caller. Throws `invalid-request` naming the violated rule, `too-large`, and the errors of
 * `readyFile`.
 */
export async function openSource(
  ports: SourcePorts,
  caller: Caller,
  text: string,
  options: SourceOptions,
): Promise<OpenedSource> {
  if (/^data:/i.test(text)) {
    const uri = parseDataUri(text, options)
    return { body: uri.open(), declaredType: uri.declaredType, sizeBytes: uri.sizeBytes }
  }
  if (isReference(text)) return { file: await readyFile(ports, caller, parseReference(text)) }
  if (/^https?:/i.test(text)) return ports.sources.fetchUrl(text, options)
  if (isGcsUri(text) || /^local:/i.test(text)) return openObject(ports, caller, text, options)
  throw refusedSource(
    'must be a data URI, an http or https URL, a workspace:// reference or a gcs:// object',
  )
}

async function openObject(
  ports: SourcePorts,
  caller: Caller,
  text: string,
  options: SourceOptions,
): Promise<OpenedSource> {
  const own = await ownFile(ports, caller, text)
  if (own) return { file: own }
  if (!isGcsUri(text)) throw noSuchObject()
  const { bucket, name } = parseGcsUri(text)
  const object = await ports.sources.openObject(bucket, name, options)
  if (!object) throw noSuchObject()
  const lastSegment = nameAtEnd(name)
  return { ...object, ...(lastSegment !== undefined && { name: lastSegment }) }
}

/** Finds the file with a storage path, if it belongs to the caller. */
async function ownFile(
  ports: SourcePorts,
  caller: Caller,
  storagePath: string,
): Promise<ReadyFile | undefined> {
  const owner = ownerOf(storagePath)
  if (owner?.workspaceId !== caller.workspaceId) return undefined
  const file = await ports.catalog.get(owner.workspaceId, owner.id)
  // A caller bound to a session must not learn that files outside it exist.
  if (file?.storagePath !== storagePath || !mayRead(caller, file)) return undefined
  return readyFile(ports, caller, { id: owner.id })
}

function nameAtEnd(object: string): string | undefined {
  try {
    return parseName(object.slice(object.lastIndexOf('/') + 1))
  } catch {
    return undefined
  }
}
