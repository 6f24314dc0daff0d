import { ownerOf } from '../../model/storage-path.ts'

const scheme = 'local://'

/** File systems take names of up to 255 bytes; an encoded user id may be longer. */
const maxNameLength = 200

/** Ends a directory name that is continued in the next one; no object name has it. */
const continued = '+'

/** Where a blob lies below the directory of all blobs: `{workspace}/{fileId}/{generation}/{name}`. */
export interface BlobLocation {
  /** `[...workspace, fileId]` */
  directory: string[]
  name: string
}

/** The storage path of an object name. */
export function storagePathOf(object: string): string {
  return scheme + object
}

/** Undefined for a path that `storagePathOf` never makes: nothing lies there, and nothing can be put there. */
export function parseLocation(storagePath: string): BlobLocation | undefined {
  if (!storagePath.startsWith(scheme) || !ownerOf(storagePath)) return undefined
  const [workspace = '', id = '', name = '', ...rest] = storagePath.slice(scheme.length).split('/')
  if (rest.length > 0 || !/^[A-Za-z0-9-][A-Za-z0-9._-]*$/.test(name)) return undefined
  return { directory: [...splitName(workspace), id], name }
}

/** The storage path of a location found on the disk; undefined for one that this store never makes. */
export function storagePathAt({ directory, name }: BlobLocation): string | undefined {
  const workspace = directory.slice(0, -1).map((part) => part.replace(/\+$/, ''))
  const storagePath = storagePathOf(`${workspace.join('')}/${directory.at(-1)}/${name}`)
  const location = parseLocation(storagePath)
  return location?.directory.join('/') === directory.join('/') ? storagePath : undefined
}

/** Whether the directory holds the rest of a workspace's name, and not its files. */
export function isContinued(directoryName: string): boolean {
  return directoryName.endsWith(continued)
}

function splitName(name: string): string[] {
  const parts = name.match(new RegExp(`.{1,${maxNameLength}}`, 'g')) ?? []
  return parts.map((part, index) => (index < parts.length - 1 ? part + continued : part))
}
