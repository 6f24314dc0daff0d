import type { DatabaseSync } from 'node:sqlite'
import { kindOf } from '../../../media/file-kind.ts'

/** Defines the functions that queries of this program call. They are not stored in the schema. */
export function defineFunctions(connection: DatabaseSync): void {
  connection.function('kind_of', { deterministic: true }, (type) => kindOf(String(type)))
}
