import type { Connection } from './connection.ts'
import { fileRoute, pathRoute } from './content-route.ts'
import { request } from './request.ts'
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

export function getFile(
  connection: Connection,
  file: string,
  seconds = 0,
  signal?: AbortSignal,
): Promise<FileView> {
  const route = file.startsWith('/') ? pathRoute('/paths', file) : fileRoute(file)
  return request(connection, `GET ${route}`, { wait: seconds, signal })
}
