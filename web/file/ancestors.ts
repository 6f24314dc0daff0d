import type { FileClient } from './client.ts'

/** The `client` of the nearest ancestor that has one, also outside the shadow roots around an element. */
export function clientOfAncestors(element: Element): FileClient | undefined {
  for (let node = above(element); node; node = above(node)) {
    const { client } = node as { client?: Partial<FileClient> }
    if (typeof client?.record === 'function') return client as FileClient
  }
  return undefined
}

function above(node: Node): Node | null {
  return node.parentNode ?? (node instanceof ShadowRoot ? node.host : null)
}
