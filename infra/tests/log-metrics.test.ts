import { expect, test } from 'vitest'
import { scanEntry } from '../../shared/observability/scan-log.ts'
import { sweepEntry } from '../../shared/observability/maintenance-log.ts'
import { newReport } from '../../shared/workspace/sweep/report.ts'
import { linkAddress } from '../program/monitoring/link-logs.ts'
import { logMetrics } from '../program/monitoring/metrics.ts'
import { publicFunctions } from '../program/services/functions.ts'
import { one } from './resources.ts'
import { simulate } from './simulate.ts'

const scanned = scanEntry(
  {
    blob: { storagePath: 'gcs://bucket/workspaces/u/1/a', generation: '1' },
    result: {
      settled: true,
      file: { scan: { verdict: 'infected', signaturesAt: new Date().toISOString() } },
      purged: [],
    },
  } as unknown as Parameters<typeof scanEntry>[0],
  performance.now(),
)
const lines: Record<string, unknown>[] = [
  { ...scanned },
  { ...sweepEntry(newReport(new Date(), false)) },
  { message: 'The event will be tried again: ClamAV does not answer' },
]

/** Evaluates the subset of Cloud Logging filters that the metrics use: comparisons of jsonPayload fields, joined with AND. */
function matches(filter: string, line: Record<string, unknown>): boolean {
  return filter.split(' AND ').every((comparison) => {
    const [, member = '', operator, text = ''] =
      /^jsonPayload\.(\w+)(=|:|>=)(.+)$/.exec(comparison) ?? []
    const value = line[member]
    if (operator === '>=') return typeof value === 'number' && value >= Number(text)
    const wanted = JSON.parse(text) as string
    return operator === '=' ? value === wanted : String(value).includes(wanted)
  })
}

test.each(logMetrics)('the metric $name matches lines that the functions log', ({ filter }) => {
  expect(lines.filter((line) => matches(filter, line))).toHaveLength(1)
})

test.each(logMetrics.filter(({ value }) => value !== undefined))(
  'the metric $name extracts a number from matching lines',
  ({ filter, value = '' }) => {
    const line = lines.find((it) => matches(filter, it))
    expect(line?.[value.replace('jsonPayload.', '')]).toBeTypeOf('number')
  },
)

test('the log of requests of Cloud Run does not keep the addresses of links', async () => {
  const { filter } = one(await simulate(), 'ProjectExclusion', 'links')
  expect(filter).toBe(
    String.raw`resource.type="cloud_run_revision" AND resource.labels.service_name:"coffer-" AND logName="projects/my-project/logs/run.googleapis.com%2Frequests" AND httpRequest.requestUrl=~"/api/workspace/(s|archive)/"`,
  )
  const excluded = publicFunctions('functions')
    .flatMap(({ routes }) => routes.map(({ path }) => path))
    .filter((path) => new RegExp(linkAddress).test(`https://host/api/workspace${path}`))
  expect(excluded.toSorted()).toEqual([
    '/archive/:token',
    '/s/:token',
    '/s/:token/files',
    '/s/:token/files/*',
  ])
})
