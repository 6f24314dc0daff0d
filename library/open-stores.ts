import { tmpdir } from 'node:os'
import type { Config } from '../shared/config/config.ts'
import { loadConfig } from '../shared/config/load-config.ts'
import { openFetcher } from '../shared/runtime/sources.ts'
import { openRuntime, type Runtime } from '../shared/runtime/runtime.ts'
import type { Caller } from '../shared/model/access.ts'
import { invalid } from '../shared/model/errors.ts'
import { parseSessionId } from '../shared/model/path.ts'
import type { Sources } from '../shared/ports/sources.ts'
import { scan } from '../shared/workspace/scan/scan.ts'
import { pendingAgeSeconds } from '../shared/workspace/sweep/defaults.ts'
import { openMedia } from '../shared/workspace/store-media/store-media.ts'
import { sweepOnSchedule } from '../shared/workspace/sweep/schedule.ts'
import { openFiles } from './user-workspace.ts'
import { argumentSchemas, parseArguments } from './arguments.ts'
import { openMediaMethods } from './media-methods.ts'
import { openRunMethods } from './run-methods.ts'
import type { OpenWorkspace, OpenWorkspaceOptions, Workspace } from './workspace.ts'

/** The user of a request without a token when the service runs with local storage. */
const localUser = 'local'

export async function openStores(options: OpenWorkspaceOptions): Promise<OpenWorkspace> {
  parseArguments(argumentSchemas.open, options, 'options')
  const config = loadConfig(options.env, { isServed: false })
  const caller = callerOf(userOf(config, options.userId), options.session)
  const warn = options.onWarning ?? ((message) => process.emitWarning(message, 'CofferWarning'))
  // The program exports its traces and metrics itself.
  const settings = { ...config, telemetry: undefined }
  const runtime = await openRuntime(settings, ({ severity, message }) => {
    if (severity !== 'INFO') warn(message)
  })
  const ports = { ...runtime.ports, sources: sourcesOf(config, runtime, options.fetchPolicy) }
  startScanning(config, runtime, warn)

  const temporaryDirectory = config.temporaryDirectory ?? tmpdir()
  const media = openMedia(ports, { temporaryDirectory })
  const mediaMethods = openMediaMethods(media, temporaryDirectory)
  const runs = openRunMethods({ ports, media, config, temporaryDirectory, warn })
  const forCaller = (caller: Caller): Workspace => ({
    ...openFiles(ports, caller),
    ...mediaMethods(caller),
    ...runs.methods(caller),
  })
  return {
    ...forCaller(caller),
    scannerNotice: runtime.scannerNotice,
    forUser: (userId, session) => forCaller(callerOf(userId, session)),
    async sweep(options = {}) {
      const { signal } = parseArguments(argumentSchemas.sweep, options, 'options')
      const report = await sweepOnSchedule(ports, {
        pendingAgeSeconds,
        // While other processes use the directory, a reservation may be in use until it expires.
        abandonedBefore: runtime.local?.exclusiveSince ?? new Date(0),
        ...(signal && { signal }),
      })
      await runtime.local?.blobs.removeStale()
      await runs.sweep()
      return report
    },
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  }
}

function sourcesOf(
  { imports: { allowedPorts } }: Config,
  { ports: { sources } }: Runtime,
  policy: OpenWorkspaceOptions['fetchPolicy'],
): Sources {
  if (!policy) return sources
  return {
    fetchUrl: openFetcher({ allowedPorts, ...policy }),
    openObject: (bucket, name, options) => sources.openObject(bucket, name, options),
  }
}

/** Handles finalize events with local storage: each process that has the directory open scans queued files. */
function startScanning(
  { clamd }: Config,
  { ports, local }: Runtime,
  warn: (message: string) => void,
): void {
  local?.events.start(
    async (event) => {
      await scan(ports, event)
    },
    {
      concurrency: clamd?.concurrency,
      onError: (error) => warn(`A scan failed and will be retried: ${String(error)}`),
    },
  )
}

function userOf({ storage }: Config, userId: string | undefined): string {
  if (userId !== undefined) return userId
  if (storage.kind === 'local') return localUser
  throw invalid('userId', 'is required with Cloud Storage, which all users share')
}

function callerOf(id: string, boundTo: string | undefined): Caller {
  const { userId, session } = parseArguments(
    argumentSchemas.forUser,
    { userId: id, session: boundTo },
    'userId',
  )
  const bound = session === undefined ? undefined : parseSessionId(session)
  return { workspaceId: userId, ...(bound !== undefined && { session: bound }) }
}
