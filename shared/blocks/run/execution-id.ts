const prefix = 'run.'

/** The name of the directory of a run. No directory of the library has such a name: theirs contain `~`. */
export function executionIdOf(runId: string): string {
  return `${prefix}${runId}`
}

export function isRunDirectory(name: string): boolean {
  return name.startsWith(prefix) && !name.includes('~')
}
