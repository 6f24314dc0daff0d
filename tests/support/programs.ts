import { execFileSync } from 'node:child_process'

/** Skips tests that need a program if it is not installed, except in CI, where they fail. */
export function skipWithoutProgram(program: string): boolean {
  if (process.env['CI']) return false
  try {
    execFileSync('which', [program])
    return false
  } catch {
    return true
  }
}
