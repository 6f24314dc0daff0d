import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Plan } from '../bench.ts'
import { randomBody } from '../body.ts'
import { startCoffer, type Coffer } from '../coffer.ts'
import { atMost, compare, megabytes, secondsText, type Row } from '../report.ts'
import { takeTurns } from '../rounds.ts'

/** Settings of a server that may fetch from this address. */
const webAddress = '127.0.0.2'
const importing = '../e2e/local/importing-server.ts'

/** Compares the import of a URL of 100 MB with an upload of the same bytes, and the memory of an import of 2 GB with it. */
export async function importScenario(plan: Plan, scratch: string): Promise<Row[]> {
  await using web = await startWeb()
  const env = { IMPORT_ALLOWED_PORTS: `${web.port}`, CLAMAV_SERVICE_ENABLED: 'true' }
  const start = () => startCoffer(join(scratch, 'coffer'), env, importing)
  const bytes = plan.parallelBytes

  const peakOf = async (size: number) => {
    await using coffer = await start()
    const { id } = await imported(coffer, web.url(size))
    const peak = await coffer.server.peakMemoryBytes()
    await coffer.purge(id)
    return peak
  }
  const peaks = await takeTurns(
    plan.memoryRounds,
    { large: () => peakOf(plan.largeBytes), small: () => peakOf(bytes) },
    { warmUp: 0 },
  )
  await using coffer = await start()
  const seconds = await takeTurns(plan.rounds, {
    imported: async () => {
      const { id, seconds } = await imported(coffer, web.url(bytes))
      await coffer.purge(id)
      return seconds
    },
    uploaded: async () => {
      const headers = { Prefer: 'wait=60' }
      const answer = await coffer.put(`/${randomUUID()}.bin`, randomBody(bytes), headers)
      await coffer.purge(await coffer.ready(answer))
      return answer.seconds
    },
  })
  return [
    compare({
      what: `import of ${megabytes(bytes)} by URL, until ready / upload`,
      candidate: seconds.imported,
      baseline: seconds.uploaded,
      format: secondsText,
    }),
    compare({
      what: `peak memory, import of ${megabytes(plan.largeBytes)} / of ${megabytes(bytes)}`,
      candidate: peaks.large,
      baseline: peaks.small,
      format: megabytes,
      target: atMost(1.2),
    }),
  ]
}

async function imported(coffer: Coffer, source: string) {
  const answer = await coffer.import({ source, path: `/${randomUUID()}.bin` })
  return { id: await coffer.ready(answer), seconds: answer.seconds }
}

/** Answers the number of random bytes in the path. */
async function startWeb() {
  const server = createServer((request, response) => {
    const body = randomBody(Number(request.url?.slice(1)))
    response.setHeader('Content-Length', body.bytes)
    pipeline(Readable.from(body.chunks()), response).catch(() => response.destroy())
  })
  server.listen(0, webAddress)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: (bytes: number) => `http://files.example.test:${port}/${bytes}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
