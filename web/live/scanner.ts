import { signal } from '@preact/signals'
import { isQuiet } from './show-changes.ts'

/** Whether verdicts do not come because the scanner does not answer. */
export const isScannerDown = signal(false)

const checkMs = 10_000

/** Asks for the state of the scanner while verdicts are expected. Where the route is not reachable, nothing is known. */
export function watchScanner(): void {
  setInterval(() => void check(), checkMs)
}

async function check(): Promise<void> {
  if (isQuiet()) {
    isScannerDown.value = false
    return
  }
  try {
    const { scanner } = (await (await fetch('healthz')).json()) as { scanner?: { engine?: string } }
    isScannerDown.value = scanner?.engine === 'unavailable'
  } catch {
    isScannerDown.value = false
  }
}
