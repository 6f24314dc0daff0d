/** Resources of a function. Bodies stream, and Cloud Run limits them to 32 MiB over HTTP/1. */
export interface Tuning {
  memoryMebibytes: number
  cpu: number
  /** Concurrent requests of one instance. */
  concurrency: number
  timeoutSeconds: number
}

const small: Tuning = { memoryMebibytes: 512, cpu: 1, concurrency: 80, timeoutSeconds: 60 }

/** Functions that move bytes have the longest timeout of Cloud Run, one hour. */
const tunings: Record<string, Tuning> = {
  upload: { memoryMebibytes: 1024, cpu: 1, concurrency: 10, timeoutSeconds: 3600 },
  read: { memoryMebibytes: 1024, cpu: 1, concurrency: 40, timeoutSeconds: 3600 },
  download: { ...small, concurrency: 40, timeoutSeconds: 3600 },
  // Every call answers within 45 s.
  mcp: { memoryMebibytes: 1024, cpu: 1, concurrency: 20, timeoutSeconds: 60 },
  // A request may wait for 60 s.
  folders: { ...small, timeoutSeconds: 120 },
  // Streams last up to an hour, and mostly wait.
  changes: { ...small, concurrency: 250, timeoutSeconds: 3600 },
  api: { memoryMebibytes: 2048, cpu: 2, concurrency: 20, timeoutSeconds: 3600 },
}

export const tuningOf = (name: string): Tuning => tunings[name] ?? small
