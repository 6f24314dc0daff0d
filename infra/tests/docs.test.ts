import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { blocks, publicFunctions, scan, sweep } from '../program/services/functions.ts'
import { alerts } from '../program/monitoring/alerts.ts'
import { settingsSchema } from '../program/settings.ts'
import { ofType } from './resources.ts'
import { simulate } from './simulate.ts'

const page = async (name: string) =>
  readFile(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')
const deploy = await page('deploy')
const runbook = await page('runbook')

const verbs = (list: string[] = []) => list.join(', ') || '–'

test.each(alerts)('docs/runbook.md lists the alert $id and has a section for it', (alert) => {
  const { id, title, severity } = alert
  expect(runbook.split(`### <a id="${id}"></a>${title}\n`)).toHaveLength(2)
  expect(runbook).toMatch(
    new RegExp(`^\\| \\[${title}\\]\\(#${id}\\) +\\| ${severity.toLowerCase()} `, 'm'),
  )
})

test('docs/runbook.md has no section for an alert that does not exist', () => {
  const sections = [...runbook.matchAll(/^### <a id="([^"]+)">/gm)].map(([, id]) => id)
  expect(sections).toEqual([...alerts.map(({ id }) => id), 'spend'])
})

test('docs/deploy.md lists the permissions of every function', () => {
  const rows = [...deploy.matchAll(/^\| `(\w+)` +\|(.+)\|$/gm)]
    .map(([, name = '', cells = '']) => [name].concat(cells.split('|').map((it) => it.trim())))
    .filter((row) => row.length === 6)
  const functions = [...publicFunctions('functions'), blocks, scan, sweep]
  expect(rows).toEqual(
    functions.map(({ name, documents, objects, quarantine, signsLinks, renders }) => [
      name,
      verbs(documents),
      verbs(objects),
      verbs(quarantine),
      signsLinks ? 'yes' : '–',
      renders ? 'yes' : '–',
    ]),
  )
})

test('docs/deploy.md names every setting', () => {
  const settings = Object.keys(settingsSchema.shape).filter((key) => key !== 'protectData')
  expect(settings.filter((key) => !deploy.includes(`\`${key}\``))).toEqual([])
})

test('the diagrams in docs/deploy.md show every service, job, bucket and network', async () => {
  const pictures = deploy.split('```mermaid').slice(1).join('\n')
  const resources = [
    ...(await simulate({ quarantineDays: 30 })),
    ...(await simulate({ topology: 'functions' })),
  ]
  const names = ['Service', 'Job', 'Bucket', 'Network', 'Trigger'].flatMap((type) =>
    ofType(resources, type)
      .map(({ name }) => name)
      .filter((name) => !name.endsWith('.googleapis.com')),
  )
  const text = pictures + (deploy.match(/^Not shown.*(\n.+)*|.*Not shown:.*\n.*/m)?.[0] ?? '')
  expect(names.filter((name) => !text.includes(name))).toEqual([])
})
