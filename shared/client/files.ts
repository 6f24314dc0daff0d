import type { Call, Connection } from './connection.ts'
import { contentRoute, fileRoute } from './content-route.ts'
import { getFile } from './settled.ts'
import type {
  Changes,
  CopyOptions,
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
  Usage,
  VersionOptions,
  VersionPage,
} from './types.ts'

export interface Abort {
  signal?: AbortSignal
}

/** The methods for files that are stored. A `file` is an id, or a path that starts with `/` where bytes are read or deleted. */
export function fileMethods(connection: Connection) {
  const { session } = connection
  const json = async <Result>(call: Call): Promise<Result> => {
    const repeatable = call.method === 'GET' || call.method === 'DELETE'
    const { text } = await (repeatable ? connection.persist(call) : connection.call(call))
    return JSON.parse(text || 'null') as Result
  }
  const post = <Result>(route: string, body: object, call: Partial<Call> = {}) => {
    const headers = { 'Content-Type': 'application/json', ...call.headers }
    const text = JSON.stringify({ ...(session !== undefined && { session }), ...body })
    return json<Result>({ method: 'POST', route, ...call, headers, body: text })
  }
  const list = (options: ListOptions & Abort = {}): Promise<Page> => {
    const { signal, ...query } = options
    return json({ method: 'GET', route: '/files', query: { session, ...query }, signal })
  }
  const get = (file: string, { wait = 0, signal }: { wait?: number } & Abort = {}) =>
    getFile(connection, file, wait, signal)

  return {
    /** One page. */
    list,
    /** All files of all pages. */
    async *files(options: ListOptions & Abort = {}): AsyncGenerator<FileView, void, undefined> {
      for (let cursor = options.cursor; ;) {
        const page = await list({ ...options, ...(cursor !== undefined && { cursor }) })
        yield* page.files
        cursor = page.nextCursor
        if (cursor === undefined) return
      }
    },
    /** The record of an id, or of the file at a path. `wait`: the most seconds to wait for the verdict, at most 60. */
    get,
    /** The bytes, as the answer to a `fetch`. `range` is inclusive, as in HTTP. */
    content(
      file: string,
      { range, signal }: { range?: { start: number; end?: number } } & Abort = {},
    ): Promise<Response> {
      const route = file.startsWith('/') ? contentRoute(file) : `${fileRoute(file)}/content`
      const headers = range && { Range: `bytes=${range.start}-${range.end ?? ''}` }
      return connection.stream({ method: 'GET', route, signal, ...(headers && { headers }) })
    },
    /** A small picture, or the first bytes of a text, as the answer to a `fetch`. */
    preview(id: string, { signal, ...query }: PreviewOptions & Abort = {}): Promise<Response> {
      return connection.stream({ method: 'GET', route: `${fileRoute(id)}/preview`, query, signal })
    },
    /** A link to the bytes that works without a token. */
    link(id: string, { signal, ...query }: LinkOptions & Abort = {}): Promise<Link> {
      const headers = { Accept: 'application/json' }
      return json({ method: 'GET', route: `${fileRoute(id)}/download`, query, headers, signal })
    },
    /** Renames, moves, or replaces the metadata. `ifMatch`: the checksum that the file must have. */
    update(
      id: string,
      changes: Changes,
      { ifMatch, signal }: { ifMatch?: string } & Abort = {},
    ): Promise<FileView> {
      const headers = ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` }
      return post(fileRoute(id), changes, { method: 'PATCH', headers, signal })
    },
    copy: (id: string, options: CopyOptions, { signal }: Abort = {}) =>
      post<FileView>(`${fileRoute(id)}/copy`, options, { signal }),
    /** Takes a file out of the trash. */
    restore: (id: string, options: RestoreOptions = {}, { signal }: Abort = {}) =>
      post<FileView>(`${fileRoute(id)}/restore`, options, { signal }),
    /** Moves a file to the trash; with `purge`, removes it for good. */
    async delete(
      file: string,
      { purge, ifMatch, signal }: { purge?: boolean; ifMatch?: string } & Abort = {},
    ): Promise<void> {
      const headers = ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` }
      await json({ method: 'DELETE', route: fileRoute(file), query: { purge }, headers, signal })
    },
    /** Deletes the files of a session. */
    async deleteSession(
      id: string,
      { purge, signal }: { purge?: boolean } & Abort = {},
    ): Promise<void> {
      const route = `/sessions/${encodeURIComponent(id)}`
      const call = { method: 'DELETE', route, query: { purge }, signal }
      // The service answers 202 until all files are deleted.
      for (;;) if ((await connection.persist(call)).status !== 202) return
    },
    /** The files that the path of a file has held. */
    versions(id: string, { signal, ...query }: VersionOptions & Abort = {}): Promise<VersionPage> {
      return json({ method: 'GET', route: `${fileRoute(id)}/versions`, query, signal })
    },
    /** Makes an earlier version the file of its path. */
    restoreVersion(id: string, version: string, { signal }: Abort = {}): Promise<FileView> {
      const route = `${fileRoute(id)}/versions/${encodeURIComponent(version)}/restore`
      return json({ method: 'POST', route, signal })
    },
    /** The direct subfolders of a folder, with the number and the bytes of their files. */
    folders({ signal, ...query }: FolderOptions & Abort = {}): Promise<FolderPage> {
      return json({ method: 'GET', route: '/folders', query: { session, ...query }, signal })
    },
    /** Moves or renames a folder. The move of a large one continues after the answer: see `operation`. */
    moveFolder: (move: FolderMove, { wait = 60, signal }: { wait?: number } & Abort = {}) =>
      post<Operation>('/folders', move, { method: 'PATCH', headers: waiting(wait), signal }),
    /** Moves the files of a folder to the trash. */
    deleteFolder(
      prefix: string,
      { wait = 60, signal }: { wait?: number } & Abort = {},
    ): Promise<Operation> {
      const query = { prefix, session }
      return json({ method: 'DELETE', route: '/folders', query, headers: waiting(wait), signal })
    },
    /** Takes the files of a folder, or of one deletion, out of the trash. */
    restoreFolder: (from: FolderRestore, { wait = 60, signal }: { wait?: number } & Abort = {}) =>
      post<Operation>('/folders/restore', from, { headers: waiting(wait), signal }),
    /** The progress of an operation on a folder. `wait`: the most seconds to wait for its end. */
    operation(
      id: string,
      { wait = 0, signal }: { wait?: number } & Abort = {},
    ): Promise<Operation> {
      const route = `/operations/${encodeURIComponent(id)}`
      return json({ method: 'GET', route, headers: waiting(wait), signal })
    },
    usage: ({ signal }: Abort = {}) => json<Usage>({ method: 'GET', route: '/usage', signal }),
    /** Copies a URL, a data URI, a `workspace://` reference or a `gcs://` object. */
    import: (options: ImportOptions, { wait = 60, signal }: { wait?: number } & Abort = {}) =>
      post<FileView>('/imports', options, { headers: waiting(wait), signal }),
  }
}

function waiting(seconds: number) {
  return { Prefer: `wait=${seconds}` }
}
