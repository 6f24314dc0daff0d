import * as gcp from '@pulumi/gcp'
import type { Resource } from '@pulumi/pulumi'
import type { Settings } from '../settings.ts'

/** A metric that Cloud Logging derives from log lines of the functions. */
export interface LogMetric {
  name: string
  description: string
  /** Without the names of the services. `createLogMetrics` adds them. */
  filter: string
  unit: string
  /** The field with the value. Without it the metric counts lines. */
  value?: string
  /** Width of linear buckets. By default buckets grow by a factor of 1.4. */
  step?: number
}

export const logMetrics: LogMetric[] = [
  {
    name: 'settled',
    description: 'Events of scan with a verdict',
    filter: 'jsonPayload.message="Scanned"',
    unit: '1',
  },
  {
    name: 'infected',
    description: 'Uploads in which ClamAV found malware',
    filter: 'jsonPayload.message="Scanned" AND jsonPayload.verdict="infected"',
    unit: '1',
  },
  {
    name: 'retried',
    description: 'Events of scan that failed and are retried',
    filter: 'jsonPayload.message:"The event will be tried again"',
    unit: '1',
  },
  {
    name: 'scan_milliseconds',
    description: 'Duration from an event to its verdict',
    filter: 'jsonPayload.message="Scanned"',
    unit: 'ms',
    value: 'jsonPayload.durationMs',
  },
  {
    name: 'swept',
    description: 'Completed sweeps',
    filter: 'jsonPayload.message="Swept"',
    unit: '1',
  },
  {
    name: 'sweep_failures',
    description: 'Failures of a sweep',
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
    description: 'Age of the signatures in use',
    filter: 'jsonPayload.signatureAgeSeconds>=0',
    unit: 's',
    value: 'jsonPayload.signatureAgeSeconds',
    step: 3600,
  },
]

export const metricType = ({ name }: Settings, metric: string) =>
  `logging.googleapis.com/user/${name}/${metric}`

/** Creates the metrics. Alert policies depend on them, because a policy cannot name a metric that does not exist. */
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
