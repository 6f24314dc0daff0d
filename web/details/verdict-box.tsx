import { Icon } from '../parts/icon.tsx'
import type { ListedFile } from '../state/rows.ts'
import { instant } from '../words/format.ts'
import { verdictOf } from '../words/verdicts.ts'

/** The verdict with its reason, the engine and the time. */
export function VerdictBox({ file }: { file: ListedFile }) {
  const { icon, tint, word, detail } = verdictOf(file)
  return (
    <div class={`verdict ${tint}`}>
      <Icon name={icon} className={icon === 'spinner' ? 'spin' : ''} />
      <div>
        <div class="small strong">{word}</div>
        {detail !== '' && <div class="tiny">{detail}</div>}
        {file.scan && (
          <div class="tiny faint">
            {file.scan.engine}, {instant(file.scan.scannedAt)}
          </div>
        )}
      </div>
    </div>
  )
}
