import { execFileSync } from 'node:child_process'

/** Many containers forbid namespaces. */
export function isSandboxForbidden(): boolean {
  try {
    execFileSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
}
