import callbacks from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { guarded } from './crash-points.ts'

type Methods = Record<string, unknown>

const handleMethods = ['sync', 'datasync', 'truncate', 'write', 'writev', 'writeFile']
const directoryMethods = ['mkdirSync', 'renameSync', 'writeFileSync', 'openSync', 'fsync']
const statementMethods = ['run', 'get', 'all']
const writesRows = /^\s*(INSERT|UPDATE|DELETE)/i

/** Adds crash points around every call of `node:fs/promises`, every write to an open file, and the calls of `node:fs` that write. */
export async function watchFileSystem(): Promise<void> {
  const handle = await fs.open(fileURLToPath(import.meta.url))
  const files = Object.getPrototypeOf(handle) as Methods
  await handle.close()
  for (const name of handleMethods) files[name] = guarded(`file.${name}`, method(files, name))
  const functions = fs as unknown as Methods
  for (const name of Object.keys(functions)) {
    if (typeof functions[name] !== 'function') continue
    functions[name] = guarded(`fs.${name}`, method(functions, name))
  }
  const synchronous = callbacks as unknown as Methods
  for (const name of directoryMethods) {
    synchronous[name] = guarded(`fs.${name}`, method(synchronous, name))
  }
  syncBuiltinESMExports()
}

/** Adds crash points around every commit of a transaction, and every writing statement outside of one. */
export function watchSqlite(): void {
  const databases = DatabaseSync.prototype as unknown as Methods
  const statements = StatementSync.prototype as unknown as Methods
  let inTransaction = false
  const exec = method(databases, 'exec')
  const commit = guarded('COMMIT', exec)
  databases['exec'] = function (this: unknown, sql: string) {
    if (sql.startsWith('BEGIN')) inTransaction = true
    const result: unknown = Reflect.apply(sql === 'COMMIT' ? commit : exec, this, [sql])
    if (sql === 'COMMIT' || sql === 'ROLLBACK') inTransaction = false
    return result
  }
  for (const name of statementMethods) {
    const original = method(statements, name)
    statements[name] = function (this: StatementSync, ...args: unknown[]) {
      const [verb] = writesRows.exec(this.sourceSQL) ?? []
      const commits = verb !== undefined && !inTransaction
      const run = commits ? guarded(`${verb.trim()} (autocommit)`, original) : original
      return Reflect.apply(run, this, args)
    }
  }
}

/** The port with a crash point before and after every call. */
export function watched<Port extends object>(name: string, port: Port): Port {
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target)
      if (typeof member !== 'function') return member
      const bound = member.bind(target) as (...args: unknown[]) => unknown
      return guarded(`${name}.${String(key)}`, bound)
    },
  })
}

function method(of: Methods, name: string): (...args: unknown[]) => unknown {
  return of[name] as (...args: unknown[]) => unknown
}
