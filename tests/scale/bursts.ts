/** The uploads of one user, made by a client that sends several files at once. */
export interface Burst {
  /** In seconds. */
  at: number
  user: number
  files: number
  /** Uploads that the client has open at once. */
  parallel: number
}

export type Random = () => number

/** Seeded numbers from 0 to 1 (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Lognormal: half of the values are below `median`. */
export function lognormal(random: Random, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return median * Math.exp(sigma * normal)
}

export interface Load {
  users: number
  /** The share of the users that upload on one day. */
  activeShare: number
  /** The share of a day's bursts in its busiest hour. A constant load has 1/24. */
  busiestHourShare: number
  medianFiles: number
  filesSigma: number
  maxFiles: number
  /** The share of the bursts that a program sends, with 50 uploads at once. A browser sends 6. */
  programShare: number
}

/** The bursts of the busiest hour of a day, at random times. */
export function burstsOf(load: Load, random: Random): Burst[] {
  const count = Math.round(load.users * load.activeShare * load.busiestHourShare)
  return Array.from({ length: count }, () => {
    const files = Math.ceil(lognormal(random, load.medianFiles, load.filesSigma))
    return {
      at: random() * 3600,
      user: Math.floor(random() * load.users),
      files: Math.min(load.maxFiles, files),
      parallel: random() < load.programShare ? 50 : 6,
    }
  })
}
