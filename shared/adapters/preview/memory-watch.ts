import { execFile } from 'node:child_process'

const intervalMs = 250

/**
 * Calls `exceeded` once a process has more memory in use than it may; the result stops watching. For systems whose kernel does
 * not limit the memory of a process: Linux does (`RLIMIT_DATA`), macOS does not.
 */
export function watchMemory(
  pid: number,
  maxBytes: number,
  exceeded: () => void,
  platform: NodeJS.Platform = process.platform,
): () => void {
  if (platform === 'linux') return () => undefined
  const timer = setInterval(() => {
    // In KiB (POSIX leaves it to the system; Linux, macOS and the BSDs agree). A process that has ended has no line.
    execFile('ps', ['-o', 'rss=', '-p', `${pid}`], (error, stdout) => {
      if (!error && Number(stdout) * 1024 > maxBytes) exceeded()
    })
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
