import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { AnyBlock } from './any-block.ts'

/**
 * Loads the blocks that modules export: names of packages, or absolute paths. Their code is trusted: it runs in this process. Names are
 * resolved from the working directory. Throws for a module that exports no block.
 */
export async function loadModules(names: readonly string[]): Promise<AnyBlock[]> {
  const { resolve } = createRequire(pathToFileURL(`${process.cwd()}/`))
  const loaded = await Promise.all(
    names.map(async (name) => {
      const module = (await import(pathToFileURL(resolve(name)).href)) as Record<string, unknown>
      const blocks = Object.values(module).flat().filter(isBlock)
      if (blocks.length === 0) throw new TypeError(`The module ${name} exports no block`)
      return blocks
    }),
  )
  return loaded.flat()
}

/** Whether a value was made with `defineBlock`, possibly of another copy of the SDK. */
function isBlock(value: unknown): value is AnyBlock {
  if (typeof value !== 'object' || value === null) return false
  const { id, name, run, input, output, tests } = value as Partial<AnyBlock>
  return (
    typeof id === 'string' &&
    typeof name === 'string' &&
    typeof run === 'function' &&
    input instanceof z.ZodObject &&
    output instanceof z.ZodObject &&
    Array.isArray(tests)
  )
}
