import type { CompleteRequestParams, CompleteResult } from '@modelcontextprotocol/server'
import { list } from '../../workspace/list.ts'
import type { Agent } from '../agent.ts'
import { pathTemplate } from './list.ts'
import { protocolErrors } from './protocol-errors.ts'

const maxValues = 20

/** `completion/complete`: paths that begin with the text. Other arguments have no completion. */
export function completePath(
  agent: Agent,
  { ref, argument }: CompleteRequestParams,
): Promise<CompleteResult> {
  return protocolErrors(agent, async () => {
    const isPath = ref.type === 'ref/resource' && ref.uri === pathTemplate
    if (!isPath || argument.name !== 'path') return { completion: { values: [] } }
    const request = { prefix: `/${argument.value}`, sort: 'path' as const, limit: maxValues }
    const { files, hasMore } = await list(agent.ports, agent.caller, { ...request, state: 'ready' })
    return { completion: { values: files.map(({ path }) => path.slice(1)), hasMore } }
  })
}
