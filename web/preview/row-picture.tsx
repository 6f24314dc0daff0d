import { Icon } from '../parts/icon.tsx'
import { sessionOf } from '../state/route.ts'
import type { Row } from '../state/rows.ts'
import { hasPicture, kindOf } from '../words/kinds.ts'
import { Picture } from './picture.tsx'

interface Props {
  row: Row
  width: number
  className: string
  /** The class of the box of an icon. */
  plainClass: string
  iconClass: string
  label?: string
}

const folder = { icon: 'folder', tint: 'k-folder' } as const
const session = { icon: 'session', tint: 'k-folder' } as const

/** The picture of a file that is served and has one. Otherwise the icon of its kind. */
export function RowPicture({ row, width, className, plainClass, iconClass, label = '' }: Props) {
  const { icon, tint } =
    row.kind === 'folder'
      ? sessionOf(row.path) === undefined
        ? folder
        : session
      : kindOf(row.file.mimeType)
  const plain = (
    <span class={`${plainClass} ${tint}`}>
      <Icon name={icon} className={iconClass} />
    </span>
  )
  const hasOne =
    row.kind === 'file' &&
    row.file.state === 'ready' &&
    row.file.deletedAt === null &&
    hasPicture(row.file.mimeType)
  if (!hasOne) return plain
  return <Picture id={row.key} width={width} label={label} className={className} fallback={plain} />
}
