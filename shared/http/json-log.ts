import type { LogEntry } from './app-env.ts'

/** One line of JSON on the standard output for each entry, as Cloud Logging takes it. */
export function jsonLog(entry: LogEntry): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`)
}
