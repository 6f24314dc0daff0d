import type { Readable } from 'node:stream'
import type { Verdict } from '../../model/verdict.ts'
import { type ClamdAddress, Connection, type Timeouts } from './connection.ts'
import { frames } from './frames.ts'
import { readVerdict } from './reply.ts'
import { unavailable } from './unavailable.ts'

export const defaultTimeouts: Timeouts = {
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  replyTimeoutMs: 330_000,
}

/** Sends a command without data and resolves to its reply. */
export async function ask(
  address: ClamdAddress,
  command: string,
  timeouts: Timeouts = defaultTimeouts,
): Promise<string> {
  using connection = await Connection.open(address, timeouts)
  await connection.write([Buffer.from(`z${command}\0`)])
  return await connection.awaitReply()
}

/** Scans a body and passes its bytes to `onBytes`. */
export type ScanStream = (
  body: Readable,
  onBytes: (bytes: Buffer) => void,
  signal?: AbortSignal,
) => Promise<{ verdict: Verdict; reply: string }>

/** Returns a function that scans a body with INSTREAM. It throws `scanner-unavailable` for a reply without a verdict. */
export function openScanStream(address: ClamdAddress, timeouts: Timeouts): ScanStream {
  return async (body, onBytes, signal) => {
    using connection = await Connection.open(address, timeouts, signal)
    let sentAll = false
    const sending = send(body, connection, onBytes).then(() => {
      sentAll = true
      return connection.awaitReply()
    })
    const reply = await Promise.race([connection.reply, sending])
    const verdict = readVerdict(reply, sentAll)
    if (verdict) return { verdict, reply }
    throw unavailable(`clamd replied ${JSON.stringify(reply)}${sentAll ? '' : ' too early'}`)
  }
}

/** Collects the next frame while clamd accepts the previous one. Rejects only with the body's errors. */
async function send(
  body: Readable,
  connection: Connection,
  onBytes: (bytes: Buffer) => void,
): Promise<void> {
  let accepted = connection.write([Buffer.from('zINSTREAM\0')])
  for await (const frame of frames(body, onBytes)) {
    await accepted
    accepted = connection.write(frame)
  }
  await accepted
}
