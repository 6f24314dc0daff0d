import type { FileState } from '../../../../web/file/index.ts'

/** What the test of the frameworks calls in each host. */
export interface Shown {
  state: FileState
  seen: 'no' | undefined
}

const events: string[] = []

export const onState = (event: CustomEvent<{ state: string }>) => {
  events.push(`state ${event.detail.state}`)
}
export const onOpen = (event: CustomEvent<{ file: { name: string } }>) => {
  event.preventDefault()
  events.push(`open ${event.detail.file.name}`)
}
export const onSignIn = () => {
  events.push('sign-in')
}

/** `show` renders the host again; `end` removes what it has rendered. */
export function expose(host: { show: (shown: Shown) => void; end: () => void }): void {
  Object.assign(globalThis, { host: { ...host, events } })
}
