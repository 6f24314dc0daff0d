import { parseReference } from './reference.ts'
import { familyOf } from './states.ts'

/** A message of the AI SDK, as far as it matters here: `UIMessage` fits. */
export interface SeenMessage {
  parts: readonly object[]
}

export interface SeenOptions {
  /**
   * The kinds of input that the present model takes, as its metadata says, such as `['text', 'image']`. Undefined: not known, so
   * that nothing is said of any file.
   */
  inputs: readonly string[] | undefined
}

/** For the attribute `seen` of a reference. Undefined: leave the attribute out. */
export type SeenBy = (src: string) => 'yes' | 'no' | undefined

interface Part {
  type?: string
  url?: string
  mediaType?: string
  toolName?: string
  state?: string
  input?: { file?: unknown } | null
  output?: unknown
}

interface Output {
  content?: unknown
  value?: unknown
  isError?: boolean
  structuredContent?: { id?: unknown; path?: unknown } | null
}

/**
 * Says of each file of a conversation whether the model has seen it, from facts only: what the model takes, the file parts of the
 * messages, and the pictures that `read_workspace_file` has answered.
 */
export function seenBy(messages: readonly SeenMessage[], { inputs }: SeenOptions): SeenBy {
  const shown = new Evidence()
  for (const { parts } of messages) for (const part of parts) shown.add(part)
  return (src) => {
    const reference = parseReference(src)
    if (!inputs || !reference) return undefined
    const kind = familyOf(reference.hint ?? '') ?? 'image'
    // The pictures that are read of a film are frames. Those of a sound are its cover or its waveform: nothing is heard.
    const asFrames = kind !== 'audio' && inputs.includes('image')
    if (!inputs.includes(kind) && !asFrames) return 'no'
    const key = keyOf(reference)
    const isSent = inputs.includes(kind) && shown.has(`sent ${key}`)
    if (isSent || (asFrames && shown.has(`read ${key}`))) return 'yes'
    return shown.isAmbiguous('id' in reference) ? undefined : 'no'
  }
}

/** Which files were given to the model. A file has an id and a path, and a message names it by one of them. */
class Evidence {
  readonly #keys = new Set<string>()
  readonly #other = new Map<string, string>()

  add(part: Part): void {
    if (part.type === 'file') this.#note('sent', part.url)
    const name = part.type === 'dynamic-tool' ? part.toolName : part.type
    // Hosts put the name of the server before that of the tool.
    if (part.state !== 'output-available' || !name) return
    const output = (part.output ?? {}) as Output
    const { id, path } = output.structuredContent ?? {}
    if (typeof id === 'string' && typeof path === 'string') this.#pair(id, path)
    if (name.endsWith('read_workspace_file') && output.isError !== true && hasPicture(output))
      this.#note('read', part.input?.file)
  }

  has(key: string): boolean {
    const [verb, name] = splitOnce(key)
    const other = this.#other.get(name)
    return this.#keys.has(key) || (other !== undefined && this.#keys.has(`${verb} ${other}`))
  }

  /** Whether a file was given under a name of the other sort, so that nobody can say which one it is. */
  isAmbiguous(isId: boolean): boolean {
    return [...this.#keys].some((key) => {
      const [, name] = splitOnce(key)
      return name.startsWith('/') === isId && !this.#other.has(name)
    })
  }

  #note(verb: 'sent' | 'read', name: unknown): void {
    if (typeof name !== 'string') return
    const isReference = /^workspace:\/\//i.test(name)
    const reference = parseReference(isReference ? name : `workspace://${encode(name)}`)
    if (reference) this.#keys.add(`${verb} ${keyOf(reference)}`)
  }

  #pair(id: string, path: string): void {
    this.#other.set(id, path).set(path, id)
  }
}

function keyOf(reference: { id: string } | { path: string }): string {
  return 'id' in reference ? reference.id : reference.path
}

function splitOnce(key: string): [string, string] {
  const at = key.indexOf(' ')
  return [key.slice(0, at), key.slice(at + 1)]
}

function encode(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}

/** Whether a result of a tool has a picture: as the Model Context Protocol has it, or as the AI SDK has it for models. */
function hasPicture({ content, value }: Output): boolean {
  const blocks = content ?? value
  return (
    Array.isArray(blocks) &&
    blocks.some((block: { type?: unknown; mediaType?: unknown } | null) => {
      if (block?.type === 'image' || block?.type === 'image-data') return true
      return block?.type === 'media' && String(block.mediaType).startsWith('image/')
    })
  )
}
