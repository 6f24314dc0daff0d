import { signal } from '@preact/signals'
import { wordsOf } from '../words/errors.ts'

export interface Toast {
  text: string
  isError?: boolean
  action?: { label: string; run: () => void }
}

const shownMs = 8000
const spokenMs = 2000
let speaking: ReturnType<typeof setTimeout> | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** The message at the bottom. The next one takes its place. */
export const toast = signal<Toast | undefined>(undefined)
/** For screen readers only. */
export const announcement = signal('')

export function show(next: Toast): void {
  toast.value = next
  holdToast()
  if (!next.isError) releaseToast()
}

/** Keeps the message while the pointer or the focus is on it. */
export function holdToast(): void {
  clearTimeout(timer)
}

export function releaseToast(): void {
  clearTimeout(timer)
  timer = setTimeout(hideToast, shownMs)
}

export function hideToast(): void {
  clearTimeout(timer)
  toast.value = undefined
}

/** Shows a refusal in the words of the service. */
export function fail(error: unknown): void {
  show({ text: typeof error === 'string' ? error : wordsOf(error).detail, isError: true })
}

/** Speaks the latest message. Of several in two seconds, only the last is spoken. */
export function announce(text: string): void {
  clearTimeout(speaking)
  speaking = setTimeout(() => (announcement.value = text), spokenMs)
}
