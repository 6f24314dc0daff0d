import { describe } from '../../shared/blocks/describe.ts'
import type { AgentBlocks } from '../../shared/mcp/agent-blocks.ts'
import type { Blocks } from './open-blocks.ts'

/** The blocks of this process, for agents. */
export function agentBlocks({ registry, executor }: Blocks): AgentBlocks {
  return {
    async find(query, limit) {
      return registry.find({ q: query }).slice(0, limit)
    },
    async get(idOrName) {
      const block = registry.get(idOrName) ?? registry.all().find(({ name }) => name === idOrName)
      return block && describe(block)
    },
    async *run({ id, ...request }) {
      const block = registry.get(id)
      if (!block) throw new Error(`There is no block ${id}`)
      yield* executor.execute({ block, ...request })
    },
  }
}
