import { argv, stdout } from 'node:process'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'
import { World } from '../../ports/catalog/world.ts'

/**
 * The program of a process that writes to a catalog at the same time as others. Tries to create `/shared/{i}`, and uploads
 * `/{name}/{i}`. Prints each path that it has created.
 */
const [, , directory = '', name = '', rounds = '0'] = argv
await using database = await Database.open(directory)
await using world = await World.open(
  async (options) => ({
    catalog: new SqliteCatalog({ database, ...options }),
    [Symbol.asyncDispose]: async () => {},
  }),
  1_000_000,
)
for (let i = 0; i < Number(rounds); i++) {
  for (const path of [`/shared/${i}`, `/${name}/${i}`]) {
    const isMine = await world.upload(path).then(
      () => true,
      () => false,
    )
    if (isMine) stdout.write(`${path}\n`)
  }
}
