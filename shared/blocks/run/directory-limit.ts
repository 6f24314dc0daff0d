import { WorkspaceError } from '../../model/errors.ts'
import { directoryBytes } from '../../workspace/store-media/execution-directory.ts'

const intervalMs = 1000

export interface DirectoryLimit extends Disposable {
  /** Measures now. Calls `exceeded` if the files are too large. */
  check: () => Promise<void>
}

/** Measures the files of a directory every second, also those that a program writes, until disposed. */
export function watchDirectory(
  directory: string,
  maxBytes: number,
  exceeded: (error: WorkspaceError) => void,
): DirectoryLimit {
  const check = async () => {
    const bytes = await directoryBytes(directory).catch(() => 0)
    if (bytes > maxBytes) exceeded(directoryFull(maxBytes))
  }
  const timer = setInterval(() => void check(), intervalMs)
  timer.unref()
  return { check, [Symbol.dispose]: () => clearInterval(timer) }
}

function directoryFull(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The files of this run exceed its limit of ${maxBytes} bytes. Use smaller files.`,
  )
}
