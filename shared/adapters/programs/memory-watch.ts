import { execFile } from 'node:child_process'

const intervalMs = 250

/**
 * Calls `exceeded` if a process uses more memory than `maxBytes`. Returns a function that stops watching. Does nothing on Linux,
 * because its kernel enforces `RLIMIT_DATA`. The kernel of macOS does not.
 */
export function watchMemory(
  pid: number,
  maxBytes: number,
  exceeded: () => void,
  platform: NodeJS.Platform = process.platform,
): () => void {
  if (platform === 'linux') return () => undefined
  const timer = setInterval(() => {
    // `rss` is in KiB on Linux, macOS and the BSDs; POSIX does not define its unit. `ps` fails for a process that has ended.
    execFile('ps', ['-o', 'rss=', '-p', `${pid}`], (error, stdout) => {
      if (!error && Number(stdout) * 1024 > maxBytes) exceeded()
    })
  }, intervalMs)
  timer.unref()
  return () => clearInterval(timer)
}
