import { Icon } from '../parts/icon.tsx'
import { Picture } from '../preview/picture.tsx'
import type { Row } from '../state/rows.ts'
import { hasPicture, kindOf } from '../words/kinds.ts'

/** A small picture of a file, or the icon of its kind. */
export function Thumbnail({ row }: { row: Row }) {
  if (row.kind === 'folder')
    return (
      <span class="thumb plain k-folder">
        <Icon name="folder" className="i20" />
      </span>
    )
  const { icon, tint } = kindOf(row.file.mimeType)
  const fallback = (
    <span class={`thumb plain ${tint}`}>
      <Icon name={icon} className="i20" />
    </span>
  )
  const isShown =
    row.file.state === 'ready' && row.file.deletedAt === null && hasPicture(row.file.mimeType)
  if (!isShown) return fallback
  return <Picture id={row.key} width={96} label="" className="thumb" fallback={fallback} />
}
