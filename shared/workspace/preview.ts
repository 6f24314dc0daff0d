import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { previewKind, type PictureKind } from '../media/preview-kind.ts'
import { textHead } from '../media/preview-text.ts'
import type { Caller } from '../model/access.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { ReadyFile } from '../model/file.ts'
import type { Ports } from '../ports/ports.ts'
import { Refusals } from './preview-refusals.ts'
import { readContent, type Content } from './read.ts'

export interface Preview {
  file: ReadyFile
  bytes: Buffer
  /** `image/webp`, or plain text in UTF-8. */
  mimeType: string
  /** SHA-256 of `bytes`, hex. */
  checksum: string
}

export interface PreviewOptions {
  /** Asks for the text of an Office document or a PDF, whose preview is a picture otherwise. */
  as?: 'text' | undefined
  /** Greatest width of a picture, in pixels. */
  width: number
  /** Greatest size of a text. */
  bytes: number
}

const plainText = 'text/plain; charset=utf-8'

/** Part of a derived blob's name. Change it when the renderer's output changes. */
const renderVersion = 'v2'

/** Only these widths are stored, so that no caller can fill the store. Other widths are scaled from the next larger one. */
const cachedWidths = [128, 256, 400, 512, 1024]

/** Concurrent renderings per workspace, so that one user cannot occupy the renderer. */
const maxInFlight = 8

type PreviewPorts = Pick<Ports, 'catalog' | 'blobs' | 'renderer' | 'limits'>

/**
 * Makes previews of ready files: a picture of images, documents, video and audio, the beginning of text. A picture is rendered once,
 * stored next to its blob, and shared by concurrent requests. Throws the errors of `readContent`, `unsupported-type` for
 * other types, and `too-many-requests`.
 */
export function openPreviews(
  ports: PreviewPorts,
): (caller: Caller, id: string, options: PreviewOptions) => Promise<Preview> {
  const inFlight = new Map<string, Promise<Buffer>>()
  const refusals = new Refusals()
  const inFlightOf = (workspaceId: string) =>
    [...inFlight.keys()].filter((key) => key.startsWith(`${workspaceId}\n`)).length

  async function shared(
    { workspaceId, id }: ReadyFile,
    variant: number | 'text',
    make: () => Promise<Buffer>,
  ): Promise<Buffer> {
    const key = `${workspaceId}\n${id}/${variant}`
    const other = inFlight.get(key)
    if (other) return other
    if (inFlightOf(workspaceId) >= maxInFlight) throw tooMany()
    const made = make().finally(() => inFlight.delete(key))
    inFlight.set(key, made)
    return made
  }

  async function cachedPicture({ file, open }: Content, kind: PictureKind, width: number) {
    const name = `preview-${renderVersion}-${width}.webp`
    const cached = await ports.blobs.readDerived(file, name)
    if (cached) return cached
    refusals.throwIfKnown(file.id)
    const { mimeType, sizeBytes } = file
    const made = await ports.renderer
      .render({ open, sizeBytes, mimeType, kind, width })
      .catch((error: unknown) => {
        refusals.remember(file.id, error)
        throw error
      })
    await ports.blobs.writeDerived(file, name, made)
    return made
  }

  async function picture(content: Content, kind: PictureKind, width: number): Promise<Buffer> {
    const { file } = content
    const cachedWidth = cachedWidths.find((cached) => cached >= width) ?? width
    const larger = await shared(file, cachedWidth, () => cachedPicture(content, kind, cachedWidth))
    if (cachedWidth === width) return larger
    return shared(file, width, () =>
      ports.renderer.render({
        open: async () => Readable.from([larger]),
        sizeBytes: larger.length,
        mimeType: 'image/webp',
        kind: 'image',
        width,
      }),
    )
  }

  async function documentHead(content: Content, maxBytes: number): Promise<Buffer> {
    const { documentBytes } = await import('./text/document-bytes.ts')
    const text = await shared(content.file, 'text', () => documentBytes(ports, content))
    return textHead(Readable.from([text.subarray(0, maxBytes)]))
  }

  return async (caller, id, { as, width, bytes: textBytes }) => {
    const content = await readContent(ports, caller, { id })
    const { file, open } = content
    const { mimeType, sizeBytes } = file
    const kind = previewKind(mimeType)
    if (kind === undefined) throw nothingToShow(mimeType)
    if (as === 'text' && (kind === 'office' || kind === 'pdf')) {
      return preview(file, await documentHead(content, textBytes), plainText)
    }
    if (kind !== 'text' && as === 'text') throw noText(mimeType)
    if (kind !== 'text') return preview(file, await picture(content, kind, width), 'image/webp')
    const end = Math.min(textBytes, sizeBytes) - 1
    const head = sizeBytes === 0 ? Buffer.alloc(0) : await textHead(await open({ start: 0, end }))
    return preview(file, head, plainText)
  }
}

function preview(file: ReadyFile, bytes: Buffer, mimeType: string): Preview {
  return { file, bytes, mimeType, checksum: createHash('sha256').update(bytes).digest('hex') }
}

function nothingToShow(mimeType: string): WorkspaceError {
  return new WorkspaceError(
    'unsupported-type',
    `There are previews of images, PDF, Office documents, video, audio and text, not of ${mimeType}. Download the file itself.`,
  )
}

function noText(mimeType: string): WorkspaceError {
  return new WorkspaceError(
    'unsupported-type',
    `There is the text of texts, Office documents and PDF, not of ${mimeType}. Leave out "as" for a picture.`,
  )
}

function tooMany(): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    `At most ${maxInFlight} previews of a workspace are made at once. Ask for this one again in a few seconds.`,
    { retryAfterSeconds: 5 },
  )
}
