import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { migrations } from '../../../shared/adapters/sqlite/database/migrations.ts'
import { SqliteCatalog } from '../../../shared/adapters/sqlite/catalog.ts'

const versionBefore = 3
const newDate = () => new Date()

test('opening a catalog of schema version 3 computes the counters of records', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-migration-'))
  try {
    writeOld(directory)
    await using database = await Database.open(directory)
    const catalog = new SqliteCatalog({ database, quotaBytes: 1000, now: newDate })
    expect(await catalog.usage('ann')).toMatchObject({
      recordCount: 3,
      trashCount: 1,
      openUploads: 1,
      metadataBytes: 2 * '{"n":"ü"}'.length + 2,
      trashMetadataBytes: '{"n":"ü"}'.length + 1,
    })
    const { kept, counted } = await catalog.recount('ann', { repair: false })
    expect(kept).toEqual(counted)
    expect(await catalog.usage('bob')).toMatchObject({ recordCount: 0, metadataBytes: 0 })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

function writeOld(directory: string): void {
  const old = new DatabaseSync(join(directory, 'coffer.sqlite'))
  for (const step of migrations.slice(0, versionBefore)) old.exec(step)
  old.exec(`
    PRAGMA user_version = ${versionBefore};
    INSERT INTO workspaces (id) VALUES ('ann'), ('bob');
    INSERT INTO files (workspace_id, id, sequence, path, state, origin, is_deleted, created_at, folded_name, record, metadata)
    VALUES ('ann', '1', 1, '/a', 'infected', 'generated', 0, '', '', '{"sizeBytes":0,"scan":{"scannedAt":"2026"}}', '{}'),
      ('ann', '2', 2, '/b', 'pending', 'generated', 0, '', '', '{"reservation":{"reservedBytes":0}}', '{"n":"ü"}'),
      ('ann', '3', 3, '/c', 'ready', 'generated', 1, '', '', '{"sizeBytes":0}', '{"n":"ü"}');
  `)
  old.close()
}
