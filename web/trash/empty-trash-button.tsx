import { counts, refreshCounts } from '../state/counts.ts'
import { dialog } from '../state/overlays.ts'
import { listing } from '../state/view.ts'

/** Empties the trash, after a question with the present number of its files. */
export function EmptyTrashButton() {
  if (listing.value.count.value === 0) return null
  return (
    <button type="button" class="btn quiet danger" onClick={() => void ask()}>
      Empty trash…
    </button>
  )
}

async function ask(): Promise<void> {
  await refreshCounts()
  if (counts.value.trash !== '') dialog.value = { kind: 'empty-trash' }
}
