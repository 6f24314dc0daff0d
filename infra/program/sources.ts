import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Recipe {
  /** Name of the image and of its stage in the Dockerfile. */
  name: 'app' | 'render' | 'blocks' | 'clamav'
  dockerfile: string
  /** Files and folders below the root that Cloud Build receives. */
  inputs: string[]
}

const code = [
  'package.json',
  'package-lock.json',
  'blocks',
  'functions',
  'shared',
  'scripts',
  'infra/app',
]

export const recipes: Recipe[] = [
  { name: 'app', dockerfile: 'infra/app/Dockerfile', inputs: code },
  { name: 'render', dockerfile: 'infra/app/Dockerfile', inputs: code },
  { name: 'blocks', dockerfile: 'infra/app/Dockerfile', inputs: code },
  { name: 'clamav', dockerfile: 'infra/clamav/Dockerfile', inputs: ['infra/clamav'] },
]

/** The first 20 hex digits of the SHA-256 over names and contents. */
export function digestOf(inputs: string[]): string {
  const hash = createHash('sha256')
  for (const file of filesOf(inputs)) {
    hash.update(`${file}\0`)
    hash.update(readFileSync(`${root}/${file}`))
  }
  return hash.digest('hex').slice(0, 20)
}

export function filesOf(inputs: string[]): string[] {
  const patterns = inputs.flatMap((input) => [input, `${input}/**/*`])
  return globSync(patterns, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length).replace(/^\/+/, ''))
    .sort()
}
