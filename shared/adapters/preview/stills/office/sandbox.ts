import { canSandbox, sandboxArgs } from '../../../programs/sandbox.ts'
import { programLimits } from '../../bounds.ts'

/**
 * Resolves to the command that runs a program in a sandbox. Without a sandbox resolves to the program itself on a sealed machine, which
 * has neither data nor network, and to undefined on any other.
 */
export async function sandboxed(
  program: string,
  { directory, isSealed, signal }: { directory: string; isSealed: boolean; signal: AbortSignal },
): Promise<{ program: string; args: string[] } | undefined> {
  if (await canSandbox(directory, { limits: programLimits, signal })) {
    return { program: 'bwrap', args: [...sandboxArgs(directory), program] }
  }
  return isSealed ? { program, args: [] } : undefined
}
