import { local } from '@pulumi/command'
import * as gcp from '@pulumi/gcp'
import { interpolate, type Output, type Resource } from '@pulumi/pulumi'
import { createAccount } from './services/identity.ts'
import { scanTimeoutSeconds } from './services/scan.ts'
import type { Settings } from './settings.ts'

/** With pauses of 10 s to 10 minutes, 20 deliveries take about two hours, enough to replace a faulty deployment. */
const deliveries = 20
const minPauseSeconds = 10
const maxPauseSeconds = 600
const retentionDays = 7

/**
 * Delivers "object finalized" events of Cloud Storage to `scan`, at least once. Events that still fail go to a dead-letter
 * topic with an alert. The file stays pending, and `sweep` scans it.
 */
export function createEvents(
  settings: Settings,
  {
    scan,
    files,
    apis,
  }: { scan: gcp.cloudrunv2.Service; files: gcp.storage.Bucket; apis: Resource[] },
) {
  const { project, region, name } = settings
  const account = createAccount(
    settings,
    'events',
    'The service account with which Eventarc calls scan',
  )
  const { member } = account
  const agents = createAgents(settings, apis)
  const grants = [
    ...agents.grants,
    new gcp.projects.IAMMember('events-receiver', {
      project,
      role: 'roles/eventarc.eventReceiver',
      member,
    }),
    new gcp.cloudrunv2.ServiceIamMember('events-invoker', {
      project,
      location: region,
      name: scan.name,
      role: 'roles/run.invoker',
      member,
    }),
  ]
  const trigger = new gcp.eventarc.Trigger(
    'scan',
    {
      project,
      name: `${name}-scan`,
      // Events are sent in the location of the bucket, which may be a multi-region.
      location: files.location.apply((location) => location.toLowerCase()),
      matchingCriterias: [
        { attribute: 'type', value: 'google.cloud.storage.object.v1.finalized' },
        { attribute: 'bucket', value: files.name },
      ],
      eventDataContentType: 'application/json',
      destination: { cloudRunService: { service: scan.name, region, path: '/' } },
      serviceAccount: account.email,
    },
    { dependsOn: grants },
  )
  createDeadLetters(settings, trigger, agents.pubsub)
  return trigger
}

/** Grants Google's service agents the rights that the delivery of events needs. */
function createAgents({ project }: Settings, dependsOn: Resource[]) {
  const identity = (service: string) =>
    new gcp.projects.ServiceIdentity(
      service,
      { project, service: `${service}.googleapis.com` },
      { dependsOn },
    ).member
  const storage = gcp.storage.getProjectServiceAccountOutput({ project }, { dependsOn }).member
  const grant = (name: string, role: string, member: Output<string>) =>
    new gcp.projects.IAMMember(name, { project, role, member })
  return {
    pubsub: identity('pubsub'),
    grants: [
      grant('eventarc-agent', 'roles/eventarc.serviceAgent', identity('eventarc')),
      grant('storage-publisher', 'roles/pubsub.publisher', storage),
    ],
  }
}

/** Configures retries and dead letters on the subscription that Eventarc creates. Eventarc itself sets neither. */
function createDeadLetters(
  settings: Settings,
  trigger: gcp.eventarc.Trigger,
  agent: Output<string>,
): void {
  const { project, name } = settings
  const topic = new gcp.pubsub.Topic('dead-letters', { project, name: `${name}-dead-letters` })
  const letters = new gcp.pubsub.Subscription('dead-letters', {
    project,
    name: `${name}-dead-letters`,
    topic: topic.name,
    messageRetentionDuration: `${retentionDays * 24 * 3600}s`,
    expirationPolicy: { ttl: '' },
  })
  const subscription = trigger.transport.apply(({ pubsub }) => pubsub?.subscription ?? '')
  const grants = [
    new gcp.pubsub.TopicIAMMember('dead-letters', {
      project,
      topic: topic.name,
      role: 'roles/pubsub.publisher',
      member: agent,
    }),
    new gcp.pubsub.SubscriptionIAMMember('dead-letters', {
      project,
      subscription: subscription.apply((path) => path.split('/').at(-1) ?? ''),
      role: 'roles/pubsub.subscriber',
      member: agent,
    }),
  ]
  const update = interpolate`gcloud pubsub subscriptions update ${subscription} --project=${project} --ack-deadline=${scanTimeoutSeconds} --min-retry-delay=${minPauseSeconds}s --max-retry-delay=${maxPauseSeconds}s --message-retention-duration=${retentionDays}d --dead-letter-topic=${topic.id} --max-delivery-attempts=${deliveries}`
  new local.Command(
    'scan-retries',
    { create: update, update, triggers: [update] },
    { dependsOn: [letters, ...grants] },
  )
}
