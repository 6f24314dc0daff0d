import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import { describeRuns } from '../../ports/runs/runs.ts'

describeRuns('SQLite', async (options) => {
  const database = await Database.open(':memory:')
  const catalog = new SqliteCatalog({ database, ...options })
  return { catalog, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
})
