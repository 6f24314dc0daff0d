import * as gcp from '@pulumi/gcp'
import type { Resource } from '@pulumi/pulumi'
import type { Settings } from '../settings.ts'
import type { Threshold } from './alert.ts'
import { alerts } from './alerts.ts'
import { logMetrics, metricType } from './metrics.ts'

const columns = 12
const tile = { width: columns / 3, height: 4 }

interface Chart {
  title: string
  filter: string
  aligner: string
  reducer: string
  groupBy: string[]
}

/** Creates the dashboard: charts of the platform, of alert conditions and of log-based metrics. */
export function createDashboard(settings: Settings, dependsOn: Resource[]): void {
  const { project, name } = settings
  new gcp.monitoring.Dashboard(
    'dashboard',
    {
      project,
      dashboardJson: JSON.stringify({
        displayName: name,
        mosaicLayout: {
          columns,
          tiles: chartsOf(settings).map((chart, index) => ({
            width: tile.width,
            height: tile.height,
            xPos: (index % 3) * tile.width,
            yPos: Math.floor(index / 3) * tile.height,
            widget: widgetOf(chart),
          })),
        },
      }),
    },
    { dependsOn },
  )
}

export function chartsOf(settings: Settings): Chart[] {
  const run = `resource.type="cloud_run_revision" AND resource.label.service_name=starts_with("${settings.name}-")`
  const byService = ['resource.label.service_name']
  const platform: Chart[] = [
    {
      title: 'Requests a second, by class',
      filter: `${run} AND metric.type="run.googleapis.com/request_count"`,
      aligner: 'ALIGN_RATE',
      reducer: 'REDUCE_SUM',
      groupBy: ['metric.label.response_code_class'],
    },
    {
      title: 'Latency, 95th percentile',
      filter: `${run} AND metric.type="run.googleapis.com/request_latencies"`,
      aligner: 'ALIGN_PERCENTILE_95',
      reducer: 'REDUCE_MAX',
      groupBy: byService,
    },
    {
      title: 'Instances',
      filter: `${run} AND metric.type="run.googleapis.com/container/instance_count"`,
      aligner: 'ALIGN_MAX',
      reducer: 'REDUCE_SUM',
      groupBy: byService,
    },
    {
      title: 'Memory in use',
      filter: `${run} AND metric.type="run.googleapis.com/container/memory/utilizations"`,
      aligner: 'ALIGN_PERCENTILE_99',
      reducer: 'REDUCE_MAX',
      groupBy: byService,
    },
  ]
  const watched = alerts
    .filter(({ id }) => ['oldest-pending', 'dead-letters'].includes(id))
    .flatMap((alert) => alert.conditions(settings).map(chartOf))
  const counted = logMetrics.map(({ name, description, value }): Chart => ({
    title: description,
    filter: `resource.type="cloud_run_revision" AND metric.type="${metricType(settings, name)}"`,
    aligner: value === undefined ? 'ALIGN_RATE' : 'ALIGN_PERCENTILE_99',
    reducer: value === undefined ? 'REDUCE_SUM' : 'REDUCE_MAX',
    groupBy: [],
  }))
  return [...platform, ...watched, ...counted]
}

function chartOf({ title, filter, aligner }: Threshold): Chart {
  return { title, filter, aligner, reducer: 'REDUCE_MAX', groupBy: [] }
}

function widgetOf({ title, filter, aligner, reducer, groupBy }: Chart) {
  const aggregation = {
    alignmentPeriod: '60s',
    perSeriesAligner: aligner,
    crossSeriesReducer: reducer,
    groupByFields: groupBy,
  }
  return {
    title,
    xyChart: {
      dataSets: [
        { plotType: 'LINE', timeSeriesQuery: { timeSeriesFilter: { filter, aggregation } } },
      ],
    },
  }
}
