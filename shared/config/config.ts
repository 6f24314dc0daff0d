import type { AuthConfig } from '../http/auth/open-authenticator.ts'
import type { SchedulerIdentity } from '../http/auth/scheduler.ts'
import type { TelemetryOptions } from '../observability/telemetry.ts'
import type { RecordLimits } from '../model/usage.ts'
import type { Limits } from '../ports/ports.ts'

export interface RescanRate {
  readonly bytesPerMinute: number
  readonly filesPerMinute: number
}

export interface Config {
  readonly server: {
    readonly host: string
    /** 0 selects any free port. */
    readonly port: number
    /** The URL at which callers reach the service behind a proxy. It may have a path. */
    readonly publicUrl: string | undefined
    readonly corsOrigins: readonly string[]
    readonly crossOriginResourcePolicy: 'same-origin' | 'same-site' | 'cross-origin'
    /** The longest body that is announced by `Content-Length`. Undefined for no limit. */
    readonly maxAnnouncedBytes: number | undefined
    /** The longest time from SIGTERM to the end of the process. */
    readonly shutdownSeconds: number
  }
  readonly auth: Readonly<AuthConfig>
  readonly limits: Readonly<Limits>
  /** The quota of a workspace without a quota in the catalog. */
  readonly quotaBytes: number
  /** The limits of one workspace's records. */
  readonly recordLimits: Readonly<RecordLimits>
  /** How long the events of a workspace are kept. */
  readonly eventRetentionDays: number
  /** The most open streams of events of one process. */
  readonly maxStreams: number
  readonly signedUrlSeconds: number
  /** SQLite and disk under one directory, or Firestore and Cloud Storage. */
  readonly storage:
    | { readonly kind: 'local'; readonly directory: string }
    | {
        readonly kind: 'gcp'
        readonly projectId: string
        readonly bucket: string
      }
  readonly google: {
    /** The host and port of emulators, which need no credentials. */
    readonly firestoreEmulator: string | undefined
    readonly storageEmulator: string | undefined
    /** Cloud Run's metadata server provides the credentials. Otherwise Application Default Credentials apply. */
    readonly hasMetadataServer: boolean
  }
  /** Undefined if scanning is switched off. */
  readonly clamd:
    | {
        readonly address:
          | { readonly path: string }
          | { readonly host: string; readonly port: number }
        readonly concurrency: number
      }
    | undefined
  readonly quarantine: {
    /**
     * A directory or a bucket, which also stores uploads that were refused as infected. Undefined: only files that a rescan found
     * infected are stored, next to the blobs.
     */
    readonly location: string | undefined
    readonly retentionDays: number
  }
  readonly imports: {
    /** The ports of URLs that may be fetched. */
    readonly allowedPorts: readonly number[]
    /** Buckets of Cloud Storage that every user may import from. */
    readonly buckets: readonly string[]
  }
  /** Where previews and normalized images are rendered. `nothing` where decoders could read credentials. */
  readonly rendering:
    | { readonly by: 'processes' | 'nothing' }
    /** Calls send an ID token, except on loopback. */
    | { readonly by: 'service'; readonly origin: string; readonly isAuthorized: boolean }
  readonly blocks: {
    /** Modules with more blocks: names of packages, or absolute paths. */
    readonly modules: readonly string[]
    /** Whether programs of blocks need a sandbox to run. */
    readonly requiresSandbox: boolean
    /** The longest run. */
    readonly maxSeconds: number
  }
  /** The parent of the directories of executions. Undefined: the system's temporary directory. */
  readonly temporaryDirectory: string | undefined
  /** The highest rate of rescans. Undefined if rescans are switched off. */
  readonly rescan: RescanRate | undefined
  /** The scheduler that may call sweep and rescan. Undefined if none is configured. */
  readonly sweepInvoker: Readonly<SchedulerIdentity> | undefined
  /** The project of the traces in the log. */
  readonly projectId: string | undefined
  /** Whether the process runs under the Firebase emulators. */
  readonly emulated: boolean
  /** The only function that this process serves, if known. */
  readonly functionTarget: string | undefined
  /** Undefined if neither traces nor metrics are exported. */
  readonly telemetry: Readonly<TelemetryOptions> | undefined
}
