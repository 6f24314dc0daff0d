import { Hono, type Context } from 'hono'
import { sharedQuery, sharePageQuery } from '../../shared/api/requests/shares.ts'
import { sharedFileView } from '../../shared/api/share-view.ts'
import type { ReadyFile } from '../../shared/model/file.ts'
import type { Share } from '../../shared/model/shares/share.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { openDownloadCounter } from '../../shared/workspace/shares/count-downloads.ts'
import { openShare } from '../../shared/workspace/shares/open-share.ts'
import {
  sharedContent,
  sharedFile,
  sharedFileAt,
} from '../../shared/workspace/shares/shared-file.ts'
import {
  folderOf,
  listSharedFiles,
  nameIn,
  sharedArchive,
} from '../../shared/workspace/shares/shared-folder.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { answerArchive } from '../../shared/http/archive-answer.ts'
import { serveContent } from '../../shared/http/content.ts'
import { idTimes, pathTimes } from '../../shared/http/modified.ts'
import { qualityOf } from '../../shared/http/protocol/accept.ts'
import { etagOf } from '../../shared/http/protocol/entity-tag.ts'
import { parseQuery } from '../../shared/http/query.ts'
import { servedAs } from '../../shared/http/served-as.ts'
import { presetHeader } from '../../shared/http/server/preset-header.ts'
import { pathAfter } from '../../shared/http/target.ts'

type LinkPorts = Pick<Ports, 'catalog' | 'shares' | 'blobs' | 'limits' | 'now'>

/**
 * `/s/{token}`: the URL grants access. Streams the bytes in the cloud too, because a signed URL of Cloud Storage contains the ids of
 * the owner and of the file, and still works after a revocation.
 */
export const shareLinkRoutes = (
  ports: LinkPorts,
  { crossOriginResourcePolicy }: { crossOriginResourcePolicy: string },
  atClose?: (work: () => Promise<void>) => void,
) => {
  const counter = openDownloadCounter(ports)
  atClose?.(() => counter.flush())

  const open = async (c: Context<AppEnv>) => {
    presetHeader(c, 'X-Robots-Tag', 'noindex, nofollow')
    presetHeader(c, 'Referrer-Policy', 'no-referrer')
    return openShare(ports, c.req.param('token') ?? '')
  }

  const bytesOf = async (c: Context<AppEnv>, share: Share, file: ReadyFile) => {
    const { inline } = parseQuery(c, sharedQuery)
    const { open, bytes, openFile } = await sharedContent(ports, share, file)
    const { checksum, sizeBytes } = file
    const response = await serveContent(c, {
      open,
      bytes,
      openFile,
      etag: etagOf(checksum),
      sizeBytes,
      checksum,
      ...servedAs(file, inline),
      ...('fileId' in share.target ? idTimes(file) : pathTimes(file)),
      crossOriginResourcePolicy,
    })
    if (startsDownload(c, response)) await counter.add(share.id)
    return response
  }

  const fileOf = async (c: Context<AppEnv>, share: Share) => {
    const file = await sharedFile(ports, share)
    // A JSON file is served as bytes, unless the client prefers JSON to other bytes.
    const type = file.mimeType === 'application/json' ? 'application/octet-stream' : file.mimeType
    if (!prefersJson(c, type)) return bytesOf(c, share, file)
    const { expiresAt } = share
    return json(c, { kind: 'file', file: sharedFileView(file, file.name), expiresAt })
  }

  const folder = async (c: Context<AppEnv>, share: Share) => {
    const name = folderOf(share).split('/').at(-2) ?? ''
    if (prefersJson(c, 'application/zip')) {
      return json(c, { kind: 'folder', name, expiresAt: share.expiresAt })
    }
    const response = answerArchive(c, `${name}.zip`, await sharedArchive(ports, share))
    if (startsDownload(c, response)) await counter.add(share.id)
    return response
  }

  return new Hono<AppEnv>()
    .get('/s/:token', async (c) => {
      const share = await open(c)
      presetHeader(c, 'Vary', 'Accept')
      return 'fileId' in share.target ? fileOf(c, share) : folder(c, share)
    })
    .get('/s/:token/files', async (c) => {
      const share = await open(c)
      const { files, ...page } = await listSharedFiles(ports, share, parseQuery(c, sharePageQuery))
      const views = files.map((file) => sharedFileView(file, nameIn(share, file)))
      return json(c, { files: views, ...page })
    })
    .get('/s/:token/files/*', async (c) => {
      const share = await open(c)
      const file = await sharedFileAt(ports, share, pathAfter(c, 's/{token}/files'))
      return bytesOf(c, share, file)
    })
}

function json(c: Context<AppEnv>, value: object): Response {
  return c.json(value, 200, { 'Cache-Control': 'private, no-store' })
}

function prefersJson(c: Context<AppEnv>, otherType: string): boolean {
  const accept = c.req.header('Accept')
  return qualityOf(accept, 'application/json') > qualityOf(accept, otherType)
}

/** Whether an answer sends the first byte. A player and a download manager load the rest of a file with further requests. */
function startsDownload(c: Context<AppEnv>, response: Response): boolean {
  if (c.req.method === 'HEAD') return false
  if (response.status === 200) return true
  const range = response.status === 206 ? response.headers.get('Content-Range') : null
  return range?.startsWith('bytes 0-') ?? false
}
