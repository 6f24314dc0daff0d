import type { Connection } from './connection.ts'
import { fileRoute, pathRoute } from './content-route.ts'
import type { FileView } from './types.ts'

/** Below the time after which proxies end an idle request. */
const maxSeconds = 20

/** The record with its verdict; still pending if none came in time. */
export async function settled(
  connection: Connection,
  file: FileView,
  { seconds, signal }: { seconds: number; signal?: AbortSignal | undefined },
): Promise<FileView> {
  let record = file
  for (let left = seconds; record.state === 'pending' && left > 0; left -= maxSeconds) {
    record = await getFile(connection, file.id, Math.min(left, maxSeconds), signal)
  }
  return record
}

export async function getFile(
  connection: Connection,
  file: string,
  seconds = 0,
  signal?: AbortSignal,
): Promise<FileView> {
  const { text } = await connection.persist({
    method: 'GET',
    route: file.startsWith('/') ? pathRoute('/paths', file) : fileRoute(file),
    headers: { Prefer: `wait=${seconds}` },
    signal,
  })
  return JSON.parse(text) as FileView
}
