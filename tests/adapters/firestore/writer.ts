import { once } from 'node:events'
import process, { argv, env } from 'node:process'
import { FirestoreCatalog } from '../../../shared/adapters/firestore/catalog.ts'
import { codeOf, World } from '../../ports/catalog/world.ts'

/**
 * The program of a process that changes a workspace at the same time as others. Sends a message when it is ready, starts at a
 * message, and sends the codes of the failed changes.
 */
const emulatorHost = env['FIRESTORE_EMULATOR_HOST'] ?? ''
const [, , projectId = '', name = '', uploads = '0', overwrites = '0'] = argv
await using world = await World.open(async (options) => {
  const catalog = new FirestoreCatalog({ ...options, projectId, emulatorHost })
  return { catalog, [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose]() }
}, 1_000_000)
await world.catalog.check()
process.send?.('ready')
await once(process, 'message')
const numbers = (count: string) => Array.from({ length: Number(count) }, (_, i) => i)
const codes = await Promise.all([
  ...numbers(uploads).map((i) => codeOf(world.upload(`/${name}/${i}`, { maxBytes: 2 }))),
  ...numbers(overwrites).map(() =>
    codeOf(world.upload('/shared', { maxBytes: 2, onConflict: 'replace' })),
  ),
])
process.send?.(codes.filter((code) => code !== 'none'))
process.disconnect()
