import { WorkspaceError } from '../model/errors.ts'
import type { Agent } from './agent.ts'
import type { AgentBlocks } from './agent-blocks.ts'

/** The blocks of the server. The tools of blocks are listed only where there are any. */
export async function blocksOf({ blocks }: Pick<Agent, 'blocks'>): Promise<AgentBlocks> {
  if (blocks) return blocks()
  throw new WorkspaceError('not-found', 'This server runs no blocks.')
}
