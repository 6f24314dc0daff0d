import { previewKind, type PictureKind } from '../media/preview-kind.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { Ports } from '../ports/ports.ts'
import type { Content } from './read.ts'

/** The longest side that models use; they scale larger pictures down. */
const maxModelPixels = 1568
const maxModelBytes = 512 * 1024

/** The kind of picture that can be made of a file, or undefined. SVG counts as text, too. */
export function pictureKindOf(mimeType: string): PictureKind | undefined {
  const kind = previewKind(mimeType)
  return kind === 'text' ? undefined : kind
}

/** A picture of a file for a model. Nothing is cached: an agent looks at a file once. Throws the errors of `Renderer.render`. */
export async function modelPicture(
  { renderer }: Pick<Ports, 'renderer'>,
  { file, open }: Pick<Content, 'file' | 'open'>,
  { page, signal }: { page?: number | undefined; signal: AbortSignal },
): Promise<Buffer> {
  const { mimeType, sizeBytes } = file
  const kind = pictureKindOf(mimeType)
  if (kind === undefined) throw noPicture(mimeType)
  return renderer.render({
    open,
    sizeBytes,
    mimeType,
    kind,
    width: maxModelPixels,
    forModel: { height: maxModelPixels, maxBytes: maxModelBytes },
    page,
    signal,
  })
}

function noPicture(mimeType: string): WorkspaceError {
  return new WorkspaceError('unsupported-type', `No picture can be made of ${mimeType}.`)
}
