import type { Connection, Query } from './connection.ts'
import { fileRoute } from './content-route.ts'
import { request, stream, type Sent } from './request.ts'
import { getFile } from './settled.ts'
import type {
  ArchiveOptions,
  Changes,
  CopyOptions,
  CreatedShare,
  FileView,
  FolderMove,
  FolderOptions,
  FolderPage,
  FolderRestore,
  ImportOptions,
  Link,
  LinkOptions,
  ListOptions,
  Operation,
  Page,
  PreviewOptions,
  RestoreOptions,
  ShareOptions,
  SharePage,
  SharePageOptions,
  Usage,
  VersionOptions,
  VersionPage,
} from './types.ts'

export type Abort = Pick<Sent, 'signal'>
type Waiting = Abort & Pick<Sent, 'wait'>
type Matching = Abort & Pick<Sent, 'ifMatch'>

/** The methods for files that are stored. A `file` is an id, or a path that starts with `/` where bytes are read or deleted. */
export function fileMethods(connection: Connection) {
  const { session } = connection
  const ask = <Result>(what: string, options?: Sent & Query) =>
    request<Result>(connection, what, options)
  const tell = <Result>(what: string, body: object, options?: Sent) =>
    ask<Result>(what, { ...options, body: { session, ...body } })
  const list = (options?: ListOptions & Abort): Promise<Page> =>
    ask('GET /files', { session, ...options })

  return {
    /** One page. */
    list,
    /** All files of all pages. */
    async *files(options: ListOptions & Abort = {}): AsyncGenerator<FileView, void, undefined> {
      let cursor = options.cursor
      do {
        const page = await list({ ...options, ...(cursor !== undefined && { cursor }) })
        yield* page.files
        cursor = page.nextCursor
      } while (cursor !== undefined)
    },
    /** The record of an id, or of the file at a path. `wait`: the most seconds to wait for the verdict, at most 60. */
    get: (file: string, { wait = 0, signal }: Waiting = {}) =>
      getFile(connection, file, wait, signal),
    /** The bytes, as the answer to a `fetch`. `range` is inclusive, as in HTTP. */
    content: (
      file: string,
      { range, signal }: { range?: { start: number; end?: number } } & Abort = {},
    ): Promise<Response> =>
      stream(connection, fileRoute(file) + (file.startsWith('/') ? '' : '/content'), {
        signal,
        headers: { Range: range && `bytes=${range.start}-${range.end ?? ''}` },
      }),
    /** A small picture, or the first bytes of a text, as the answer to a `fetch`. */
    preview: (id: string, options?: PreviewOptions & Abort): Promise<Response> =>
      stream(connection, `${fileRoute(id)}/preview`, options),
    /** A link to the bytes that works without a token. */
    link: (id: string, options?: LinkOptions & Abort) =>
      ask<Link>(`GET ${fileRoute(id)}/download`, options),
    /** A ZIP of a folder or of some files, as the answer to a `fetch`. */
    archive: (options: ArchiveOptions & Abort): Promise<Response> =>
      stream(connection, '/archive', { session, ...options }),
    /** A link to such a ZIP that works without a token. */
    archiveLink: (options: ArchiveOptions & Pick<LinkOptions, 'expiresIn'> & Abort) =>
      ask<Link>('GET /archive', { session, ...options }),
    /** Shares a file or a folder by a link that works without a token until it expires or is revoked. */
    share: (target: ShareOptions, options?: Abort) =>
      tell<CreatedShare>('POST /shares', target, options),
    /** One page of the share links, with the number of their downloads. */
    shares: (options?: SharePageOptions & Abort) => ask<SharePage>('GET /shares', options),
    /** Ends a share link at once. */
    revokeShare: (id: string, options?: Abort) =>
      ask<void>(`DELETE /shares/${encodeURIComponent(id)}`, options),
    /** Renames, moves, or replaces the metadata. `ifMatch`: the checksum that the file must have. */
    update: (id: string, changes: Changes, options?: Matching) =>
      tell<FileView>(`PATCH ${fileRoute(id)}`, changes, options),
    copy: (id: string, to: CopyOptions, options?: Abort) =>
      tell<FileView>(`POST ${fileRoute(id)}/copy`, to, options),
    /** Takes a file out of the trash. */
    restore: (id: string, to: RestoreOptions = {}, options?: Abort) =>
      tell<FileView>(`POST ${fileRoute(id)}/restore`, to, options),
    /** Moves a file to the trash; with `purge`, removes it for good. */
    delete: (file: string, options?: { purge?: boolean } & Matching) =>
      ask<void>(`DELETE ${fileRoute(file)}`, options),
    /** Deletes the files of a session. */
    async deleteSession(
      id: string,
      { purge, signal }: { purge?: boolean } & Abort = {},
    ): Promise<void> {
      const call = {
        method: 'DELETE',
        route: `/sessions/${encodeURIComponent(id)}`,
        query: { purge },
        signal,
      }
      // The service answers 202 until all files are deleted.
      while ((await connection.persist(call)).status === 202);
    },
    /** The files that the path of a file has held. */
    versions: (id: string, options?: VersionOptions & Abort) =>
      ask<VersionPage>(`GET ${fileRoute(id)}/versions`, options),
    /** Makes an earlier version the file of its path. */
    restoreVersion: (id: string, version: string, options?: Abort) =>
      ask<FileView>(
        `POST ${fileRoute(id)}/versions/${encodeURIComponent(version)}/restore`,
        options,
      ),
    /** The direct subfolders of a folder, with the number and the bytes of their files. */
    folders: (options?: FolderOptions & Abort) =>
      ask<FolderPage>('GET /folders', { session, ...options }),
    /** Moves or renames a folder. The move of a large one continues after the answer: see `operation`. */
    moveFolder: (move: FolderMove, options?: Waiting) =>
      tell<Operation>('PATCH /folders', move, waiting(options)),
    /** Moves the files of a folder to the trash. */
    deleteFolder: (prefix: string, options?: Waiting) =>
      ask<Operation>('DELETE /folders', { prefix, session, ...waiting(options) }),
    /** Takes the files of a folder, or of one deletion, out of the trash. */
    restoreFolder: (from: FolderRestore, options?: Waiting) =>
      tell<Operation>('POST /folders/restore', from, waiting(options)),
    /** The progress of an operation on a folder. `wait`: the most seconds to wait for its end. */
    operation: (id: string, options?: Waiting) =>
      ask<Operation>(`GET /operations/${encodeURIComponent(id)}`, options),
    usage: (options?: Abort) => ask<Usage>('GET /usage', options),
    /** Copies a URL, a data URI, a `workspace://` reference or a `gcs://` object. */
    import: (from: ImportOptions, options?: Waiting) =>
      tell<FileView>('POST /imports', from, waiting(options)),
  }
}

function waiting(options?: Waiting): Waiting {
  return { wait: 60, ...options }
}
