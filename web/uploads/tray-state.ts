import { signal } from '@preact/signals'

/** Whether the tray shows its lines. */
export const isTrayOpen = signal(true)
export const trayId = 'uploads'

/** Opens the tray and gives it the focus. */
export function showTray(): void {
  isTrayOpen.value = true
  document.getElementById(trayId)?.focus()
}
