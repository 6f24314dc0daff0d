import type { ComponentType } from 'preact'
import { computed, effect, signal, untracked } from '@preact/signals'
import { coffer } from '../state/client.ts'
import { closeOverlays } from '../state/overlays.ts'
import { hash } from '../state/route.ts'

/** The id of the block in the address, empty for the list of blocks. Undefined while files are shown. */
export const shownBlock = computed(() => /^#\/blocks(?![^/])\/?(.*)/.exec(hash.value)?.[1])

/** The view of blocks, once its script is loaded: pages that show files alone never load it. */
export const blocksPage = signal<ComponentType>()

effect(() => {
  if (shownBlock.value === undefined) return
  untracked(closeOverlays)
  import('./blocks-page.tsx').then((loaded) => (blocksPage.value = loaded.BlocksPage), reportError)
})

/** Whether the service has blocks. Firebase Hosting's has none. */
export const hasBlocks = signal(false)

export async function findBlocks(): Promise<void> {
  const found = await coffer.request('GET /blocks', { limit: 1 }).catch(() => undefined)
  hasBlocks.value = found !== undefined
}
