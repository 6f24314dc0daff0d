import type { Caller } from '../model/access.ts'
import type { ReadyFile } from '../model/file.ts'
import type { SignOptions } from '../ports/blob-store.ts'
import type { Ports } from '../ports/ports.ts'
import { readyFile } from './read.ts'

export interface SignedDownload {
  url: string
  expiresAt: Date
  mimeType: string
}

/** Signs a URL for the scanned generation of a ready file. Anyone who has the URL can use it until it expires. */
export async function download(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'limits' | 'now'>,
  caller: Caller,
  request: {
    id: string
    expiresInSeconds: number
    servedAs: (file: ReadyFile) => Omit<SignOptions, 'expiresAt'>
  },
): Promise<SignedDownload> {
  const file = await readyFile(ports, caller, { id: request.id })
  const expiresAt = new Date(ports.now().getTime() + request.expiresInSeconds * 1000)
  const url = await ports.blobs.signUrl(file, {
    expiresAt,
    ...request.servedAs(file),
  })
  return { url, expiresAt, mimeType: file.mimeType }
}
