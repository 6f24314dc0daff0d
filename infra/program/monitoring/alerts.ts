import { publicFunctions } from '../services/functions.ts'
import type { Settings } from '../settings.ts'
import type { Alert } from './alert.ts'
import { metricType } from './metrics.ts'

const hour = 3600
const minute = 60
const oldSignaturesHours = 48
const oldestPendingMinutes = 15

/** Functions that wait for a verdict, 10 s by default, or move bytes. */
const waiting = new Set(['api', 'upload', 'read'])
const slowSeconds = { waiting: 15, other: 2 }

const service = 'resource.type="cloud_run_revision"'
const named = ({ name }: Settings, fn: string) => `resource.label.service_name="${name}-${fn}"`
const every = ({ name }: Settings) => `resource.label.service_name=starts_with("${name}-")`
const requests = 'metric.type="run.googleapis.com/request_count"'
const latencies = 'metric.type="run.googleapis.com/request_latencies"'
const eventarc = 'metric.type="pubsub.googleapis.com/subscription/oldest_unacked_message_age"'
const letters = 'metric.type="pubsub.googleapis.com/subscription/num_undelivered_messages"'
const and = (...parts: string[]) => parts.join(' AND ')

const logged = (settings: Settings, metric: string) =>
  and(service, `metric.type="${metricType(settings, metric)}"`)

export const alerts: Alert[] = [
  {
    id: 'server-errors',
    title: 'Requests fail',
    severity: 'CRITICAL',
    conditions: (settings) => [
      {
        title: 'share of 5xx',
        filter: and(service, every(settings), requests, 'metric.label.response_code_class="5xx"'),
        denominator: and(service, every(settings), requests),
        aligner: 'ALIGN_RATE',
        reducer: 'REDUCE_SUM',
        groupBy: ['resource.label.service_name'],
        above: 0.02,
        seconds: 5 * minute,
      },
    ],
  },
  {
    id: 'slow',
    title: 'Requests are slow',
    severity: 'WARNING',
    conditions: (settings) =>
      publicFunctions(settings.topology).map(({ name }) => ({
        title: `p95 of ${name}`,
        filter: and(service, named(settings, name), latencies),
        aligner: 'ALIGN_PERCENTILE_95',
        reducer: 'REDUCE_MAX',
        above: (waiting.has(name) ? slowSeconds.waiting : slowSeconds.other) * 1000,
        seconds: 10 * minute,
      })),
  },
  {
    id: 'oldest-pending',
    title: 'Files wait for their verdict',
    severity: 'CRITICAL',
    conditions: (settings) => [
      {
        title: 'age of the oldest undelivered event',
        filter: and(
          'resource.type="pubsub_subscription"',
          eventarc,
          `resource.label.subscription_id=monitoring.regex.full_match("eventarc-.*-${settings.name}-scan-sub-.*")`,
        ),
        aligner: 'ALIGN_MAX',
        reducer: 'REDUCE_MAX',
        above: oldestPendingMinutes * minute,
        seconds: 5 * minute,
      },
    ],
  },
  {
    id: 'old-signatures',
    title: 'Signatures are old',
    severity: 'ERROR',
    conditions: (settings) => [
      {
        title: 'age of the signatures',
        filter: logged(settings, 'signature_age_seconds'),
        aligner: 'ALIGN_PERCENTILE_50',
        reducer: 'REDUCE_MAX',
        above: oldSignaturesHours * hour,
        seconds: 0,
        windowSeconds: hour,
      },
    ],
  },
  {
    id: 'dead-letters',
    title: 'Events were dead-lettered',
    severity: 'CRITICAL',
    conditions: (settings) => [
      {
        title: 'messages in the dead-letter subscription',
        filter: and(
          'resource.type="pubsub_subscription"',
          letters,
          `resource.label.subscription_id="${settings.name}-dead-letters"`,
        ),
        aligner: 'ALIGN_MAX',
        above: 0,
        seconds: 0,
      },
    ],
  },
  {
    id: 'schedule-fails',
    title: 'Sweep or mirror fail',
    severity: 'ERROR',
    conditions: (settings) => [
      {
        title: 'failed calls',
        filter: and(
          'resource.type="cloud_scheduler_job"',
          'metric.type="logging.googleapis.com/log_entry_count"',
          'metric.label.severity="ERROR"',
          `resource.label.job_id=starts_with("${settings.name}-")`,
        ),
        aligner: 'ALIGN_DELTA',
        reducer: 'REDUCE_SUM',
        groupBy: ['resource.label.job_id'],
        above: 2,
        seconds: 0,
        windowSeconds: 2 * hour,
      },
    ],
  },
  {
    id: 'sweep-failures',
    title: 'Sweeps report failures',
    severity: 'WARNING',
    conditions: (settings) => [
      {
        title: 'failures in a report',
        filter: logged(settings, 'sweep_failures'),
        aligner: 'ALIGN_PERCENTILE_05',
        reducer: 'REDUCE_MAX',
        above: 1,
        seconds: 0,
        windowSeconds: 2 * hour,
      },
    ],
  },
  {
    id: 'missing-bytes',
    title: 'Bytes are missing',
    severity: 'CRITICAL',
    conditions: (settings) => [
      {
        title: 'missing in a report',
        filter: logged(settings, 'missing_bytes'),
        aligner: 'ALIGN_PERCENTILE_99',
        reducer: 'REDUCE_MAX',
        above: 1,
        seconds: 0,
        windowSeconds: hour,
      },
    ],
  },
]
