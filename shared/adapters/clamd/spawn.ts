import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'

const watchScript = `read -r _
kill "$1"
for _ in 1 2 3 4; do kill -0 "$1" || break; sleep 0.5; done
kill -9 "$1"
rm -rf "$2"`

/** Starts clamd in a separate process group, so that Ctrl-C at the terminal does not end running scans. */
export async function spawnDaemon(
  program: string,
  config: string,
  logFile: string,
): Promise<ChildProcess> {
  await using log = await open(logFile, 'a', 0o600)
  const daemon = spawn(program, [`--config-file=${config}`], {
    detached: true,
    stdio: ['ignore', 'ignore', log.fd],
  })
  await once(daemon, 'spawn')
  // Emitted if a signal cannot be sent. Without a listener, the event would end this process.
  daemon.on('error', () => undefined)
  daemon.unref()
  return daemon
}

/**
 * Starts a shell that waits for the end of its input, which closes when this process ends for any reason. It then ends clamd, even a
 * hanging one, and removes the socket's directory.
 */
export function spawnWatcher(daemon: ChildProcess, privateDirectory: string): ChildProcess {
  const pid = String(daemon.pid)
  const watcher = spawn('/bin/sh', ['-c', watchScript, 'sh', pid, privateDirectory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without a watcher, disposal still ends clamd.
  watcher.on('error', () => undefined)
  // The system may reuse clamd's process id once clamd has ended.
  daemon.once('exit', () => watcher.kill('SIGKILL'))
  watcher.unref()
  return watcher
}
