import type { DatabaseSync } from 'node:sqlite'
import { migrations } from './migrations.ts'

/** Migrates the schema to this program's version, in the caller's transaction. Throws for a newer version. */
export function migrate(connection: DatabaseSync): void {
  const version = Number(connection.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version > migrations.length) {
    throw new Error(
      `The catalog has schema version ${version}, and this program supports at most ${migrations.length}: start a newer Coffer.`,
    )
  }
  if (version === migrations.length) return
  for (const step of migrations.slice(version)) connection.exec(step)
  connection.exec(`PRAGMA user_version = ${migrations.length}`)
}
