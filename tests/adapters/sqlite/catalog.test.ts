import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import { adjustCounters } from '../../../shared/adapters/sqlite/workspaces.ts'
import { type Counters, noCounters } from '../../../shared/model/usage.ts'
import { describeCatalog } from '../../ports/catalog/catalog.ts'

describeCatalog('SQLite in memory', async (options) => {
  const database = await Database.open(':memory:')
  return {
    catalog: new SqliteCatalog({ database, ...options }),
    drift: (workspaceId, by) => drift(database, workspaceId, by),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
})

describeCatalog('SQLite on a disk', async (options) => {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-catalog-'))
  const database = await Database.open(directory)
  return {
    catalog: new SqliteCatalog({ database, ...options }),
    drift: (workspaceId, by) => drift(database, workspaceId, by),
    [Symbol.asyncDispose]: async () => {
      await database[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
})

async function drift(database: Database, workspaceId: string, by: Partial<Counters>) {
  const before = noCounters
  adjustCounters(database, workspaceId, { before, after: { ...before, ...by } })
}
