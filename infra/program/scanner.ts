import type { types } from '@pulumi/gcp'
import type { Input } from '@pulumi/pulumi'
import { clamdPort } from './environment.ts'
import type { Settings } from './settings.ts'

/** What ClamAV's whole database takes once it is loaded, with room to grow. */
const databaseMebibytes = 1536
/** The files that it is loaded from, which lie in memory too; clamd itself, freshclam, and what parsing needs. */
const workingMebibytes = 1024
/** Cloud Run keeps files in memory: what is being scanned lies there once as it came and, at worst, once unpacked. */
const copiesOfAFile = 2
const maxMebibytes = 32 * 1024

/** Memory of the sidecar: while signatures are reloaded, the old database still scans beside the new one. */
export function clamdMebibytes({ scan, maxFileMegabytes }: Settings): number {
  const needed =
    2 * databaseMebibytes + workingMebibytes + scan.concurrency * copiesOfAFile * maxFileMegabytes
  const rounded = Math.ceil(needed / 1024) * 1024
  if (rounded > maxMebibytes) {
    throw new Error(
      `coffer:scan.concurrency × coffer:maxFileMegabytes would take ${rounded} MiB of memory; Cloud Run has at most ${maxMebibytes}.`,
    )
  }
  return rounded
}

/** The CPUs that Cloud Run wants at least for so much memory. */
export function cpusFor(mebibytes: number): number {
  const rule = [
    { upTo: 4096, cpus: 1 },
    { upTo: 8192, cpus: 2 },
    { upTo: 16_384, cpus: 4 },
    { upTo: 24_576, cpus: 6 },
  ].find(({ upTo }) => mebibytes <= upTo)
  return rule?.cpus ?? 8
}

/** The longest that ClamAV takes to load its database on a fresh instance. */
const startupSeconds = 240
const startupPeriodSeconds = 5

/** Where the bucket with the signatures is mounted: private, so it is read as files rather than over HTTP. */
const mirrorMount = { name: 'mirror', mountPath: '/mirror' }

export const mirrorVolume = (bucket: Input<string>) => ({
  name: mirrorMount.name,
  gcs: { bucket, readOnly: true },
})

/**
 * ClamAV beside a function: started first, and asked until its database is loaded. When it takes no more connections
 * Cloud Run starts it anew; when it takes them and does not scan, its own watch (infra/clamav) ends it.
 */
export function clamdSidecar(
  settings: Settings,
  image: Input<string>,
): types.input.cloudrunv2.ServiceTemplateContainer & { name: string } {
  const memory = clamdMebibytes(settings)
  const tcpSocket = { port: clamdPort }
  return {
    name: 'clamd',
    image,
    envs: [
      { name: 'CLAMAV_MIRROR_URL', value: `file://${mirrorMount.mountPath}` },
      { name: 'CLAMAV_SERVICE_PORT', value: `${clamdPort}` },
    ],
    volumeMounts: [mirrorMount],
    resources: {
      limits: { cpu: `${cpusFor(memory)}`, memory: `${memory}Mi` },
      cpuIdle: true,
      startupCpuBoost: true,
    },
    startupProbe: {
      tcpSocket,
      periodSeconds: startupPeriodSeconds,
      timeoutSeconds: 3,
      failureThreshold: startupSeconds / startupPeriodSeconds,
    },
    livenessProbe: { tcpSocket, periodSeconds: 30, timeoutSeconds: 10, failureThreshold: 4 },
  }
}
