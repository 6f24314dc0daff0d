import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { alerts } from '../program/monitoring/alerts.ts'
import { spend } from '../program/monitoring/spend.ts'
import { catalogPrices } from '../scripts/cost-table.ts'
import { assumptions, monthlyCost } from '../scripts/cost-model.ts'
import { generatedPages } from '../scripts/pages.ts'
import { edgesOf } from '../scripts/graph.ts'
import { generatedFunctions } from '../scripts/manifest.ts'
import { simulate } from '../scripts/simulate.ts'

const files = [await generatedFunctions(), ...(await generatedPages())]

test.each(files.map((it) => [basename(it.file), it] as const))(
  '%s is up to date: run "npm run generate" in infra/',
  async (_, { file, text }) => {
    expect(await readFile(file, 'utf8')).toBe(text)
  },
)

test('the runbook has every alert, once', () => {
  const runbook = files.find(({ file }) => file.endsWith('runbook.md'))?.text ?? ''
  for (const { id, title } of [...alerts, spend]) {
    expect(runbook.split(`### <a id="${id}"></a>${title}\n`)).toHaveLength(2)
  }
})

test('the picture shows what needs what, through what it does not show', async () => {
  const edges = edgesOf(await simulate())
  const bucket = 'gcp:storage/bucket:Bucket files'
  expect(edges).toContainEqual([bucket, 'gcp:cloudrunv2/service:Service scan'])
  expect(edges).toContainEqual([
    'gcp:cloudrunv2/service:Service scan',
    'gcp:eventarc/trigger:Trigger scan',
  ])
  // It follows from the two above.
  expect(edges).not.toContainEqual([bucket, 'gcp:eventarc/trigger:Trigger scan'])
})

test('operations of the catalog cost what docs/cost.md says', async () => {
  const page = await readFile(new URL('../../docs/cost.md', import.meta.url), 'utf8')
  const catalog = catalogPrices(page)
  expect(catalog('get')).toBeCloseTo(0.0006 / 1000, 12)
  const firestore = monthlyCost(1000, catalog).find(({ item }) => item === 'Firestore, operations')
  const { metadataReads, downloads, listPages, filesOnAPage } = assumptions
  const reads = metadataReads + downloads + listPages * (filesOnAPage + 1)
  const expected =
    catalog('upload to ready: reserve, get, settle') +
    reads * catalog('get') +
    catalog('remove, ready') +
    catalog('purge, from the trash')
  expect(firestore?.dollars).toBeCloseTo(1000 * expected, 9)
  expect(() => catalog('unheard of')).toThrow('docs/cost.md has no price')
})
