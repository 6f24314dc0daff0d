const prefix = 'run.'

/** The name of the directory of a run. No directory of the library has such a name: theirs contain `~`. */
export function executionIdOf(runId: string): string {
  return `${prefix}${runId}`
}

/** The run of a directory. Undefined for a directory of another kind. */
export function runIdOf(name: string): string | undefined {
  return name.startsWith(prefix) && !name.includes('~') ? name.slice(prefix.length) : undefined
}
