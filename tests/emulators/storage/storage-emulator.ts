import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { ApiRefusal, sendRefusal, sendXmlRefusal } from './errors.ts'
import { Exchange } from './exchange.ts'
import { Faults, type FaultRule } from './faults.ts'
import { FinalizeEvents } from './finalize-events.ts'
import { sendMedia } from './media.ts'
import { serveBucket, serveList, serveObject, serveRewrite, type ApiLimits } from './objects-api.ts'
import { Objects } from './objects.ts'
import { Sessions } from './sessions.ts'
import { signatureRefusal, type Signers } from './signed-urls.ts'
import { serveUpload } from './uploads-api.ts'

export interface StorageEmulatorOptions {
  /** Default: 0, for any free port. */
  port?: number
  /** The keys that may sign URLs. Default: any key. */
  signers?: Signers
  limits?: ApiLimits
}

/**
 * An emulator of Cloud Storage (`STORAGE_EMULATOR_HOST`): JSON API, resumable
 * sessions, signed URLs, and faults on demand. It has no versions, ACLs or lifecycle, and needs no token.
 */
export class StorageEmulator implements AsyncDisposable {
  readonly events = new FinalizeEvents()
  /** Mutable, so that tests can set limits. */
  readonly limits: ApiLimits
  /** Every request so far, as `PUT /path?query`. */
  readonly requests: string[] = []
  /** The `Range` of every request so far. */
  readonly ranges: (string | undefined)[] = []
  readonly #faults = new Faults()
  readonly #objects: Objects
  readonly #sessions: Sessions
  readonly #signers: Signers
  readonly #directory: string
  readonly #server: Server

  private constructor(directory: string, options: StorageEmulatorOptions) {
    this.#directory = directory
    this.#signers = options.signers
    this.limits = { ...options.limits }
    this.#objects = new Objects(directory, (resource) => this.events.push(resource))
    this.#sessions = new Sessions(this.#objects)
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`)
      this.ranges.push(request.headers.range)
      const exchange = new Exchange(request, response, this.#faults.take(request))
      request.on('error', () => undefined)
      void this.#serve(exchange).catch((error: unknown) => refuse(exchange, error))
    })
    this.#server.requestTimeout = 0
  }

  static async start(options: StorageEmulatorOptions = {}): Promise<StorageEmulator> {
    const directory = await mkdtemp(join(tmpdir(), 'storage-emulator-'))
    const emulator = new StorageEmulator(directory, options)
    emulator.#server.listen(options.port ?? 0, '127.0.0.1')
    await once(emulator.#server, 'listening')
    return emulator
  }

  /** For `STORAGE_EMULATOR_HOST`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  fault(rule: FaultRule): void {
    this.#faults.add(rule)
  }

  clearFaults(): void {
    this.#faults.clear()
  }

  get faultsLeft(): number {
    return this.#faults.left
  }

  /** Names of the objects with open sessions. */
  get openSessions(): string[] {
    return this.#sessions.unfinished.map(({ name }) => name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    await rm(this.#directory, { recursive: true, force: true })
  }

  async #serve(exchange: Exchange): Promise<void> {
    if (!exchange.meetsFault()) await this.#route(exchange)
  }

  async #route(exchange: Exchange): Promise<void> {
    const upload = /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/.exec(exchange.path)?.[1]
    if (upload !== undefined) {
      const stores = { objects: this.#objects, sessions: this.#sessions, limits: this.limits }
      return serveUpload(stores, decodeURIComponent(upload), exchange)
    }
    // The client omits /storage/v1 when STORAGE_EMULATOR_HOST is set.
    const path = exchange.path.replace(/^(\/download)?\/storage\/v1(?=\/b(\/|$))/, '')
    const [, bucket, names, object, rewrite] =
      /^\/b(?:\/([^/]+)(\/o)?(?:\/([^/]+))?(\/rewriteTo\/b\/[^/]+\/o\/[^/]+)?)?$/
        .exec(path)
        ?.map((part: string | undefined) => part && decodeURIComponent(part)) ?? []
    if (this.limits.longPathsOnly && path === exchange.path) return this.#serveSigned(exchange)
    if (path === '/b' || (bucket !== undefined && names === undefined)) {
      return serveBucket(this.#objects, bucket, exchange)
    }
    if (bucket === undefined) return this.#serveSigned(exchange)
    if (object === undefined) return serveList(this.#objects, bucket, exchange, this.limits)
    const at = { bucket, name: object }
    const [, toBucket, toName] = /^\/rewriteTo\/b\/([^/]+)\/o\/(.+)$/s.exec(rewrite ?? '') ?? []
    if (toBucket === undefined || toName === undefined) {
      return serveObject(this.#objects, at, exchange)
    }
    return serveRewrite(this.#objects, { ...at, toBucket, toName }, exchange, this.limits)
  }

  /** The XML API's `/{bucket}/{object}`, by signed URL only. */
  async #serveSigned(exchange: Exchange): Promise<void> {
    const { request, response, path, query } = exchange
    const [, bucket = '', name = ''] = /^\/([^/]+)\/(.+)$/.exec(path)?.map(decodeURIComponent) ?? []
    const refusal = signatureRefusal(request, this.#signers, new Date())
    if (refusal) return sendXmlRefusal(response, refusal.status, refusal.code)
    // Without known signers, any well-formed signature is accepted, but only for reading.
    if (!['GET', 'HEAD'].includes(request.method ?? '')) {
      return sendXmlRefusal(response, 403, 'SignatureDoesNotMatch')
    }
    const object = this.#objects.bucket(bucket).get(name)
    const generation = query.get('generation')
    if (!object || (generation !== null && generation !== object.resource.generation)) {
      return sendXmlRefusal(response, 404, 'NoSuchKey')
    }
    const type = query.get('response-content-type')
    const disposition = query.get('response-content-disposition')
    await sendMedia(exchange, object, {
      ...(type !== null && { 'Content-Type': type }),
      ...(disposition !== null && { 'Content-Disposition': disposition }),
    })
  }
}

function refuse({ response, request }: Exchange, error: unknown): void {
  if (response.headersSent) return void request.socket.destroy()
  request.resume()
  sendRefusal(response, error instanceof ApiRefusal ? error : new ApiRefusal(500, String(error)))
}
