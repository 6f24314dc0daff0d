import { privateFunction, publicFunctions } from '../program/functions.ts'
import { needsOf } from '../program/permissions.ts'
import { markdownTable } from './runbook.ts'

/** What each function may do, in the short names of the permissions. */
export function permissionTable(): string {
  const functions = [
    ...publicFunctions('functions'),
    privateFunction('scan'),
    privateFunction('sweep'),
  ]
  const rows = functions.map((fn) => {
    const { database, bucket, quarantine, signs } = needsOf(fn)
    return [
      `\`${fn.name}\``,
      verbs(database.filter((it) => it.startsWith('datastore.entities'))),
      verbs(bucket),
      verbs(quarantine),
      signs ? 'its own name' : '–',
    ]
  })
  return markdownTable(['function', 'documents', 'objects', 'quarantine', 'signs in'], rows)
}

function verbs(permissions: string[]): string {
  return permissions.map((it) => it.split('.').at(-1)).join(', ') || '–'
}
