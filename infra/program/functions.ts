import { readFileSync } from 'node:fs'

/** One deployed function, as the generated functions.json has it from the source. */
export interface CloudFunction {
  name: string
  /** What it answers below /api/workspace; nothing where events call it. */
  routes: { method: string; path: string }[]
  /** The operations of each port that its code can reach. */
  catalog: string[]
  blobs: string[]
  quarantine: string[]
  scanner: string[]
  renderer: string[]
}

/** How a function runs. Cloud Run hands over a whole body of up to 32 MiB, which the Functions Framework copies once. */
export interface Tuning {
  memoryMebibytes: number
  cpu: number
  /** Requests of one instance at a time. */
  concurrency: number
  timeoutSeconds: number
}

const generated = JSON.parse(
  readFileSync(new URL('../functions.json', import.meta.url), 'utf8'),
) as CloudFunction[]

const small: Tuning = { memoryMebibytes: 512, cpu: 1, concurrency: 80, timeoutSeconds: 60 }

/** Those that move bytes may take as long as Cloud Run lets them: an hour. */
const tunings: Record<string, Tuning> = {
  upload: { memoryMebibytes: 1024, cpu: 1, concurrency: 10, timeoutSeconds: 3600 },
  read: { memoryMebibytes: 1024, cpu: 1, concurrency: 40, timeoutSeconds: 3600 },
  mcp: { memoryMebibytes: 1024, cpu: 1, concurrency: 10, timeoutSeconds: 3600 },
  api: { memoryMebibytes: 2048, cpu: 2, concurrency: 20, timeoutSeconds: 3600 },
}

export const tuningOf = (name: string): Tuning => tunings[name] ?? small

const isPublic = ({ routes }: CloudFunction) => routes.length > 0

/** The public functions that a topology consists of. */
export function publicFunctions(topology: 'api' | 'functions'): CloudFunction[] {
  const separate = generated.filter(isPublic)
  if (topology === 'functions') return separate
  const all = <Key extends Exclude<keyof CloudFunction, 'name'>>(key: Key) =>
    [...separate, named('api')].flatMap(
      (it): CloudFunction[Key][number][] => it[key],
    ) as CloudFunction[Key]
  return [
    {
      name: 'api',
      routes: all('routes'),
      catalog: unique(all('catalog')),
      blobs: unique(all('blobs')),
      quarantine: unique(all('quarantine')),
      scanner: unique(all('scanner')),
      renderer: unique(all('renderer')),
    },
  ]
}

/** `scan` or `sweep`: called by their platform identities alone. */
export const privateFunction = (name: 'scan' | 'sweep'): CloudFunction => named(name)

function named(name: string): CloudFunction {
  const found = generated.find((it) => it.name === name)
  if (!found) throw new Error(`functions.json has no function "${name}"`)
  return found
}

const unique = (names: string[]) => [...new Set(names)].sort()
