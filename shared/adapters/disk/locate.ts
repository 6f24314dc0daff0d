import { ownerOf } from '../../model/storage-path.ts'

const scheme = 'local://'

/** File systems limit names to 255 bytes. An encoded user id can be longer. */
const maxNameLength = 200

/** Ends a directory name that continues in the name of the next directory. No object name contains this character. */
const continued = '+'

/** The location of a blob below `blobs/`: `{workspace}/{fileId}/{generation}/{name}`. */
export interface BlobLocation {
  /** `[...workspace, fileId]` */
  directory: string[]
  name: string
}

/** The storage path of an object name. */
export function storagePathOf(object: string): string {
  return scheme + object
}

/** Undefined for a path that `storagePathOf` never returns. Such a path cannot contain a blob. */
export function parseLocation(storagePath: string): BlobLocation | undefined {
  if (!storagePath.startsWith(scheme) || !ownerOf(storagePath)) return undefined
  const [workspace = '', id = '', name = '', ...rest] = storagePath.slice(scheme.length).split('/')
  if (rest.length > 0 || !/^[A-Za-z0-9-][A-Za-z0-9._-]*$/.test(name)) return undefined
  return { directory: [...splitName(workspace), id], name }
}

/** Throws for a path that `storagePathOf` never returns. */
export function locationOf(storagePath: string): BlobLocation {
  const location = parseLocation(storagePath)
  if (!location) throw new Error(`${storagePath} is not a storage path of this store`)
  return location
}

/** The storage path of a location found on the disk. Undefined for a location that this store never creates. */
export function storagePathAt({ directory, name }: BlobLocation): string | undefined {
  const workspace = directory.slice(0, -1).map((part) => part.replace(/\+$/, ''))
  const storagePath = storagePathOf(`${workspace.join('')}/${directory.at(-1)}/${name}`)
  const location = parseLocation(storagePath)
  return location?.directory.join('/') === directory.join('/') ? storagePath : undefined
}

/** Whether the directory contains the rest of a workspace's name instead of its files. */
export function isContinued(directoryName: string): boolean {
  return directoryName.endsWith(continued)
}

function splitName(name: string): string[] {
  const parts = name.match(new RegExp(`.{1,${maxNameLength}}`, 'g')) ?? []
  return parts.map((part, index) => (index < parts.length - 1 ? part + continued : part))
}
