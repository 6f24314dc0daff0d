import { execFileSync } from 'node:child_process'

/** Skips tests that need a program if it is not installed, except in CI, where they fail. */
export function skipWithoutProgram(program: string): boolean {
  return !process.env['CI'] && !isInstalled(program)
}

export function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program])
    return true
  } catch {
    return false
  }
}
