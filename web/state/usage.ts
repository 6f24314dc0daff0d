import { signal } from '@preact/signals'
import type { Usage } from '../../shared/client/coffer.ts'
import { coffer } from './client.ts'

export const usage = signal<Usage | undefined>(undefined)

export async function refreshUsage(): Promise<void> {
  // The bar of the usage needs no error message: the list shows the same failure.
  usage.value = await coffer.usage().catch(() => usage.value)
}
