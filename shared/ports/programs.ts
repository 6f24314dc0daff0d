/** Runs programs of the machine on untrusted files. */
export interface Programs {
  /**
   * Runs a program in a directory, within limits of memory, CPU time, file size and processes, and without the environment of the
   * service. Where the system allows it, the program has no network and sees no files but programs and the directory.
   * - `node` runs a program of this package or of another one: the first argument is its path.
   * - Resolves to how the program ended. Rejects only if no process can be started.
   * - When the signal is aborted, kills the program and its descendants.
   */
  run(request: ProgramRun): Promise<ProgramEnd>
}

interface ProgramRun {
  program: string
  args: readonly string[]
  /** The working directory, home and temporary directory. */
  directory: string
  signal: AbortSignal
  /** Limit of the standard output. */
  maxOutputBytes: number
}

/** How a process ended. */
export type ProcessEnd =
  | { how: 'exit'; code: number; output: Buffer; errors: string }
  /** Ended by a crash, by a limit of the kernel or by its OOM killer. */
  | { how: 'signal'; signal: string; errors: string }
  | { how: 'time' | 'memory' | 'output' | 'missing' }

/** How a program ended, or that it was not started because the system allows no sandbox. */
export type ProgramEnd = ProcessEnd | { how: 'no-sandbox' }
