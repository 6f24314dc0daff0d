import type { AnyBlock } from './any-block.ts'

/** The blocks of a process, in the order of their names. */
export interface Registry {
  /** A block by its id. */
  get(id: string): AnyBlock | undefined
  /** The blocks that a query matches, the best match first: an exact name, then names, then descriptions. */
  find(query: BlockQuery): AnyBlock[]
  all(): readonly AnyBlock[]
}

interface BlockQuery {
  q?: string | undefined
  category?: string | undefined
  /** The name of a provider. */
  provider?: string | undefined
}

/**
 * Opens a registry. Throws `TypeError` for two blocks with one id or one name, so that no block silently replaces another, and for a
 * block that needs a sign-in.
 */
export function openRegistry(blocks: readonly AnyBlock[]): Registry {
  const byId = new Map<string, AnyBlock>()
  const byName = new Map<string, AnyBlock>()
  for (const block of blocks) {
    const { id, name, provider } = block
    const same = byId.get(id)
    if (same) throw new TypeError(`${same.name} and ${name} have the same id ${id}`)
    const other = byName.get(name.toLowerCase())
    if (other) throw new TypeError(`Two blocks have the name ${name}: ${other.id} and ${id}`)
    if (provider && provider.auth.length > 0) {
      throw new TypeError(`${name} needs a sign-in at ${provider.title}; this server keeps none`)
    }
    byId.set(id, block)
    byName.set(name.toLowerCase(), block)
  }
  const sorted = blocks.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return {
    get: (id) => byId.get(id),
    all: () => sorted,
    find({ q = '', category, provider }) {
      const words = wordsOf(q)
      return sorted
        .map((block) => ({ block, score: scoreOf(block, words) }))
        .filter(
          ({ block, score }) =>
            score > 0 &&
            (category === undefined || block.categories.some((it) => it === category)) &&
            (provider === undefined || block.provider?.name === provider),
        )
        .toSorted((a, b) => b.score - a.score)
        .map(({ block }) => block)
    },
  }
}

const exactScore = 1000
const nameScore = 10

function scoreOf(block: AnyBlock, words: readonly string[]): number {
  if (words.length === 0) return 1
  const name = wordsOf(block.name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2'))
  const query = words.join('').replace(/block$/, '')
  if (words.join(' ') === block.id.replaceAll('-', ' ') || query === name.join(''))
    return exactScore
  const { description, categories, provider } = block
  const rest = wordsOf(`${description} ${categories.join(' ')} ${provider?.title ?? ''}`)
  const score = (word: string) => {
    if (name.some((it) => it.startsWith(word) || word.startsWith(it))) return nameScore
    return rest.some((it) => it.startsWith(word)) ? 1 : 0
  }
  const meaningful = words.filter((word) => word.length > 2)
  return (meaningful.length > 0 ? meaningful : words).reduce((sum, word) => sum + score(word), 0)
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}
