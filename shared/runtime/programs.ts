import type { Programs } from '../ports/programs.ts'

/** Programs of this machine for blocks. */
export async function openPrograms(options: { requiresSandbox: boolean }): Promise<Programs> {
  const { openLocalPrograms } = await import('../adapters/programs/local-programs.ts')
  return openLocalPrograms(options)
}
