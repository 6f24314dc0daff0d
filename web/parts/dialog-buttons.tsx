import type { ComponentChildren } from 'preact'
import { closeDialog } from '../state/overlays.ts'

interface Props {
  /** The label of the button that only closes the dialog. */
  cancel?: string
  /** The button that acts. */
  children: ComponentChildren
}

/** The buttons at the end of a dialog. */
export function DialogButtons({ cancel = 'Cancel', children }: Props) {
  return (
    <div class="acts-end">
      <button type="button" class="btn quiet" onClick={closeDialog}>
        {cancel}
      </button>
      {children}
    </div>
  )
}
