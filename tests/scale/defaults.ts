import type { Load } from './bursts.ts'
import type { Service } from './simulation.ts'

/** The load that docs/scale.md describes. */
export const defaultLoad: Load = {
  users: 1_000_000,
  activeShare: 0.2,
  busiestHourShare: 0.1,
  medianFiles: 4,
  filesSigma: 1.3,
  maxFiles: 500,
  programShare: 0.02,
}

/** Groups of at most 50 changes, and the default scanners of the deployment. */
export const deployed: Service = {
  writesPerSecond: 1,
  maxGroup: 50,
  instances: 1,
  scanSlots: 20,
  scanBytesPerSecond: 40_000_000,
  scanSeconds: 0.15,
}
