import { execFileSync } from 'node:child_process'

/** Tests that need a program are skipped where it is not installed, but never in CI: there they fail. */
export function skipWithoutProgram(program: string): boolean {
  if (process.env['CI']) return false
  try {
    execFileSync('which', [program])
    return false
  } catch {
    return true
  }
}
