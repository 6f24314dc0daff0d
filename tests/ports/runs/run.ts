import { leaseFrom, type Run } from '../../../shared/model/runs/run.ts'
import { user, type World } from '../catalog/world.ts'

const runId = '3f0e8a52-6c1b-4a53-9a0e-0f4f7f8b5d11'

/** A run that has just begun. */
export function runOf(world: World, changed: Partial<Run> = {}): Run {
  return {
    id: runId,
    workspaceId: user,
    blockId: '6d1b6b0e-3b0a-4c55-9d0b-6f0f0a7d2c11',
    blockName: 'ResizeImage',
    inputDigest: 'digest',
    state: 'running',
    createdAt: world.now.toISOString(),
    endedAt: null,
    leaseUntil: leaseFrom(world.now),
    cost: 0,
    error: null,
    isCancelRequested: false,
    ...changed,
  }
}
