import * as gcp from '@pulumi/gcp'
import type { Resource } from '@pulumi/pulumi'
import type { Settings } from '../settings.ts'

/** A metric that Cloud Logging makes of the functions' own lines. */
export interface LogMetric {
  name: string
  description: string
  /** Beside the services' names, which are added. */
  filter: string
  unit: string
  /** The number in the line that counts; without it the lines are counted. */
  value?: string
  /** The width of the steps in which it is kept; by default they grow, each 1.4 times the one before. */
  step?: number
}

export const logMetrics: LogMetric[] = [
  {
    name: 'settled',
    description: 'Events of scan that brought a verdict',
    filter: 'jsonPayload.message="Scanned"',
    unit: '1',
  },
  {
    name: 'infected',
    description: 'Uploads in which ClamAV found something',
    filter: 'jsonPayload.message="Scanned" AND jsonPayload.verdict="infected"',
    unit: '1',
  },
  {
    name: 'retried',
    description: 'Events of scan that failed and are delivered again',
    filter: 'jsonPayload.message:"The event will be tried again"',
    unit: '1',
  },
  {
    name: 'scan_milliseconds',
    description: 'From an event to its verdict',
    filter: 'jsonPayload.message="Scanned"',
    unit: 'ms',
    value: 'jsonPayload.durationMs',
  },
  {
    name: 'swept',
    description: 'Sweeps that came to their report',
    filter: 'jsonPayload.message="Swept"',
    unit: '1',
  },
  {
    name: 'sweep_failures',
    description: 'What a sweep could not deal with',
    filter: 'jsonPayload.message="Swept"',
    unit: '1',
    value: 'jsonPayload.failureCount',
  },
  {
    name: 'missing_bytes',
    description: 'Ready files whose bytes a sweep did not find',
    filter: 'jsonPayload.message="Swept"',
    unit: '1',
    value: 'jsonPayload.missing',
  },
  {
    name: 'signature_age_seconds',
    description: 'How old the signatures are that scans are made with',
    filter: 'jsonPayload.signatureAgeSeconds>=0',
    unit: 's',
    value: 'jsonPayload.signatureAgeSeconds',
    step: 3600,
  },
]

export const metricType = ({ name }: Settings, metric: string) =>
  `logging.googleapis.com/user/${name}/${metric}`

/** Creates them; alert policies name metrics by their type, which must be there first. */
export function createLogMetrics(settings: Settings, dependsOn: Resource[]): Resource[] {
  const { project, name } = settings
  const services = `resource.type="cloud_run_revision" AND resource.labels.service_name:"${name}-"`
  return logMetrics.map(
    (metric) =>
      new gcp.logging.Metric(
        metric.name,
        {
          project,
          name: `${name}/${metric.name}`,
          description: metric.description,
          filter: `${services} AND ${metric.filter}`,
          metricDescriptor: {
            metricKind: 'DELTA',
            valueType: metric.value === undefined ? 'INT64' : 'DISTRIBUTION',
            unit: metric.unit,
          },
          ...(metric.value !== undefined && {
            valueExtractor: `EXTRACT(${metric.value})`,
            bucketOptions: bucketsOf(metric),
          }),
        },
        { dependsOn },
      ),
  )
}

const finiteBuckets = 100

function bucketsOf({ step }: LogMetric) {
  return step === undefined
    ? { exponentialBuckets: { numFiniteBuckets: finiteBuckets, growthFactor: 1.4, scale: 1 } }
    : { linearBuckets: { numFiniteBuckets: finiteBuckets, width: step, offset: 0 } }
}
