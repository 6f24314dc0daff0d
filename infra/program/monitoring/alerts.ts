import { publicFunctions } from '../functions.ts'
import type { Settings } from '../settings.ts'
import type { Alert } from './alert.ts'
import { metricType } from './metrics.ts'

const hour = 3600
const minute = 60
const oldSignaturesHours = 48
const oldestPendingMinutes = 15

/** Those wait for a verdict, ten seconds by default, or move bytes; the others answer at once. */
const waiting = new Set(['api', 'upload', 'read', 'mcp'])
const slowSeconds = { waiting: 15, atOnce: 2 }

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
    when: 'more than 2 % of the requests of one function answer 5xx for five minutes',
    meaning:
      'Callers get 500 or 503. A 503 `scanner-unavailable` from `scan` is retried by itself. A 503 `identity-unavailable` means that the token issuer does not publish its keys: clients retry it, and the log has the reason. A 503 `store-unavailable` means that Firestore does not answer or that too many writers change one workspace: clients retry it. A 503 `renderer-unavailable` means that `render` does not answer or does not let the function in: the `WARNING` of the function has the reason. Everything else is lost to the caller.',
    todo: [
      'Read the lines with `severity>=ERROR` of the function; a missing index, permission or API is named with the command that repairs it.',
      'If it began with a deployment, take it back: `git checkout` the commit before and `npm run deploy`.',
      'Look at https://status.cloud.google.com for Firestore and Cloud Storage in your region.',
    ],
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
    when: 'one of twenty requests takes longer than 2 s (15 s where callers wait for a verdict or move bytes) for ten minutes',
    meaning:
      'Too few instances, cold starts, or a slow store. Uploads wait up to 10 s for their verdict by choice, so look at `scan` too.',
    todo: [
      'Compare with the dashboard’s instances: at the maximum, raise `coffer:maxInstances`; at zero between requests, set `coffer:minInstances` to 1.',
      'For uploads: is `scan` at its maximum, or starting ClamAV each time? Raise `coffer:scan.maxInstances`, or set `coffer:scan.minInstances` to 1.',
      'With traces on, see which operation takes the time.',
    ],
    conditions: (settings) =>
      publicFunctions(settings.topology).map(({ name }) => ({
        title: `p95 of ${name}`,
        filter: and(service, named(settings, name), latencies),
        aligner: 'ALIGN_PERCENTILE_95',
        reducer: 'REDUCE_MAX',
        above: (waiting.has(name) ? slowSeconds.waiting : slowSeconds.atOnce) * 1000,
        seconds: 10 * minute,
      })),
  },
  {
    id: 'oldest-pending',
    title: 'Files wait for their verdict',
    severity: 'CRITICAL',
    when: `the oldest finished upload has waited for ${oldestPendingMinutes} minutes`,
    meaning:
      'Uploads stay `pending`: `scan` fails, does not start, or does not keep up. Nothing is lost.',
    todo: [
      'Read the log of `scan`, container `clamd` first: are there signatures, is there memory enough, is it being restarted?',
      'If `scan` runs at `coffer:scan.maxInstances`, raise it.',
      'If ClamAV does not start, run the mirror job by hand: `gcloud run jobs execute coffer-mirror --region REGION --wait`.',
    ],
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
    when: `files are scanned with signatures older than ${oldSignaturesHours} hours`,
    meaning:
      'ClamAV scans, but knows nothing new: the mirror job fails, or instances do not read what it brings.',
    todo: [
      'Read the log of the job `coffer-mirror`; run it by hand: `gcloud run jobs execute coffer-mirror --region REGION --wait`.',
      '429 from the public mirror means that it was asked too often: leave `coffer:mirrorSchedule` at four hours or more.',
      'If the bucket is new and instances are old, start new ones: `gcloud run services update coffer-scan --region REGION --update-labels restarted=$(date +%s)`.',
    ],
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
    title: 'Events were given up',
    severity: 'CRITICAL',
    when: 'an event lies in the dead-letter subscription',
    meaning:
      'One file could not be scanned in some two hours of attempts. It is still pending, and every sweep tries it again.',
    todo: [
      'See which: `gcloud pubsub subscriptions pull coffer-dead-letters --limit 10` (without `--auto-ack`); `data` names the object.',
      'Read the log of `scan` for its generation, and repair what it says.',
      'When sweeps finish the file, acknowledge the message: the alert ends.',
    ],
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
    when: 'Cloud Scheduler gets no good answer from `sweep` or the mirror job three times in two hours',
    meaning:
      'Without sweeps, expired reservations keep their quota and the trash is not emptied; without the mirror, signatures grow old.',
    todo: [
      'Read the log of the scheduler’s job: 403 is a lost permission (deploy again), 504 an instance that does not start.',
      'Call it by hand: `gcloud scheduler jobs run coffer-sweep --location REGION`.',
    ],
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
    title: 'Sweeps leave something undone',
    severity: 'WARNING',
    when: 'sweeps report failures for two hours on end',
    meaning:
      'Some files could not be finished, purged or counted. The report names the first twenty.',
    todo: [
      'Look at `failures` of the last line with the message `Swept`.',
      'A file whose bytes cannot be read stays pending until its reservation expires, and is then given up by itself.',
    ],
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
    when: 'a sweep finds a ready file whose bytes are not in the bucket',
    meaning:
      'Somebody or something else deleted objects. They can be brought back while soft delete keeps them.',
    todo: [
      'Stop whoever deletes: look at the bucket’s audit log and its IAM.',
      'Restore within `coffer:softDeleteDays`: `gcloud storage restore gs://BUCKET/** --deleted-after-time=…`, or see “Restore” in docs/deploy.md.',
      'The next sweep notices, and marks the files as found.',
    ],
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
