import { Icon } from '../parts/icon.tsx'
import type { FileRow } from '../state/rows.ts'
import { arrivingPaths } from '../state/uploads.ts'
import { verdictOf } from '../words/verdicts.ts'

/** The verdict of a file, or that this page is still sending it. */
export function ScanState({ row }: { row: FileRow }) {
  const { icon, tint, word: verdict } = verdictOf(row.file)
  const isArriving = row.file.state === 'pending' && arrivingPaths.value.has(row.path)
  return (
    <span class={`state ${tint}`}>
      <Icon name={icon} className={icon === 'spinner' ? 'spin' : ''} />
      {isArriving ? 'Uploading…' : verdict}
    </span>
  )
}
