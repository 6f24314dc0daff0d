import type { types } from '@pulumi/gcp'
import type { Input } from '@pulumi/pulumi'
import { clamdPort } from './environment.ts'
import type { Settings } from '../settings.ts'

/** Memory of one loaded signature database, with reserve for growth. */
const databaseMebibytes = 1536
/** Memory of the database files, clamd, freshclam and parsers. Cloud Run keeps files in memory. */
const workingMebibytes = 1024
/** Memory of a scan in multiples of the file size: the file and, in the worst case, its unpacked content. */
const copiesOfAFile = 2
const maxMebibytes = 32 * 1024

/** Memory of the sidecar. Two databases are in memory during a reload. */
export function clamdMebibytes({ scan, maxFileMegabytes }: Settings): number {
  const needed =
    2 * databaseMebibytes + workingMebibytes + scan.concurrency * copiesOfAFile * maxFileMegabytes
  const rounded = Math.ceil(needed / 1024) * 1024
  if (rounded > maxMebibytes) {
    throw new Error(
      `coffer:scan.concurrency × coffer:maxFileMegabytes would need ${rounded} MiB of memory; Cloud Run has at most ${maxMebibytes}.`,
    )
  }
  return rounded
}

/** The minimum of CPUs that Cloud Run requires for an amount of memory. */
export function cpusFor(mebibytes: number): number {
  const rule = [
    { upTo: 4096, cpus: 1 },
    { upTo: 8192, cpus: 2 },
    { upTo: 16_384, cpus: 4 },
    { upTo: 24_576, cpus: 6 },
  ].find(({ upTo }) => mebibytes <= upTo)
  return rule?.cpus ?? 8
}

/** Upper bound of the time in which ClamAV loads its database. */
const startupSeconds = 240
const startupPeriodSeconds = 5

/** The signature bucket is private, so it is mounted rather than read over HTTP. */
const mirrorMount = { name: 'mirror', mountPath: '/mirror' }

export const mirrorVolume = (bucket: Input<string>) => ({
  name: mirrorMount.name,
  gcs: { bucket, readOnly: true },
})

/**
 * The container of ClamAV next to a function. The startup probe succeeds when the database is loaded. Then the function starts.
 * Cloud Run restarts ClamAV if it accepts no connections. The entrypoint (infra/clamav) ends it if it accepts connections but
 * does not scan.
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
