import { useEffect } from 'preact/hooks'
import { useComputed } from '@preact/signals'
import { blocksPage, shownBlock } from '../block/place.ts'
import { Details } from '../details/details.tsx'
import { dragLeave, dragOver, drop } from '../drag/drag.ts'
import { Dialogs } from '../parts/dialogs.tsx'
import { ToastPlace } from '../parts/toast.tsx'
import { Preview } from '../preview/preview.tsx'
import { needsSignIn } from '../state/client.ts'
import { showsDetails } from '../state/overlays.ts'
import { activeIndex, listing } from '../state/view.ts'
import { Tray } from '../uploads/tray.tsx'
import { commandOf } from '../list/key-sheet.ts'
import { focusSearch } from './search-box.tsx'
import { Main } from './main.tsx'
import { Side } from './side.tsx'
import { SignIn } from '../sign-in/sign-in.tsx'
import { titleOf } from './view-title.ts'

/** Opens the search from everywhere but a field for text. The list handles its own keys. */
function searchByKey(event: KeyboardEvent): void {
  const isText =
    event.target instanceof Element && event.target.matches('input, select, textarea, dialog *')
  if (event.defaultPrevented || isText || commandOf(event) !== 'search') return
  event.preventDefault()
  focusSearch()
}

/** The whole page. */
export function Frame() {
  const active = useComputed(() => listing.value.rows.value[activeIndex.value])
  const isBlocks = shownBlock.value !== undefined
  const Shown = isBlocks ? (blocksPage.value ?? 'main') : Main
  const row =
    !isBlocks && showsDetails.value && active.value?.kind === 'file' ? active.value : undefined
  const title = isBlocks ? 'Blocks' : titleOf(listing.value.route)
  useEffect(() => {
    document.title = `${title} – Coffer`
  }, [title])
  useEffect(() => document.addEventListener('keydown', searchByKey), [])
  return (
    <div
      class={`app${row ? ' with-details' : ''}`}
      onDragOver={dragOver}
      onDragLeave={dragLeave}
      onDrop={drop}
    >
      <Side />
      <Shown />
      {row && <Details row={row} />}
      <Tray />
      <ToastPlace />
      <Dialogs />
      <Preview />
      {needsSignIn.value && <SignIn />}
    </div>
  )
}
