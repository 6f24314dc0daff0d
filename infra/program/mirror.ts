import { local } from '@pulumi/command'
import * as gcp from '@pulumi/gcp'
import type { Input, Resource } from '@pulumi/pulumi'
import { createAccount, createRole } from './services/identity.ts'
import type { Settings } from './settings.ts'

const attemptSeconds = 180
const jobSeconds = 1800
const mountPath = '/mirror'
/** A mounted bucket belongs to root, and the image runs as another user. */
const mountOptions = ['dir-mode=777', 'file-mode=666']

/** Creates the job that downloads ClamAV's signatures once for all instances. No other job or scanner reaches the public network. */
export function createMirrorJob(
  settings: Settings,
  {
    image,
    bucket,
    scheduler,
    apis,
  }: {
    image: Input<string>
    bucket: gcp.storage.Bucket
    scheduler: gcp.serviceaccount.Account
    apis: Resource[]
  },
) {
  const { project, region, name } = settings
  const account = createAccount(
    settings,
    'mirror',
    'The service account of the job that downloads signatures',
  )
  const role = createRole(settings, 'mirror-writer', [
    'storage.objects.create',
    'storage.objects.delete',
    'storage.objects.get',
    'storage.objects.list',
    'storage.objects.update',
  ])
  const grant = new gcp.storage.BucketIAMMember('mirror-writer', {
    bucket: bucket.name,
    role: role.name,
    member: account.member,
  })
  const job = new gcp.cloudrunv2.Job(
    'mirror',
    {
      project,
      location: region,
      name: `${name}-mirror`,
      deletionProtection: false,
      template: {
        taskCount: 1,
        template: {
          serviceAccount: account.email,
          maxRetries: 2,
          timeout: `${jobSeconds}s`,
          containers: [
            {
              name: 'mirror',
              image,
              commands: ['/etc/coffer/mirror/update-mirror.sh'],
              envs: [{ name: 'MIRROR_DIRECTORY', value: mountPath }],
              volumeMounts: [{ name: 'mirror', mountPath }],
              // freshclam loads each new file to test it (TestDatabases).
              resources: { limits: { cpu: '2', memory: '4Gi' } },
            },
          ],
          volumes: [{ name: 'mirror', gcs: { bucket: bucket.name, mountOptions } }],
        },
      },
    },
    { dependsOn: [grant, ...apis] },
  )
  const invoker = new gcp.cloudrunv2.JobIamMember('mirror-invoker', {
    project,
    location: region,
    name: job.name,
    role: 'roles/run.invoker',
    member: scheduler.member,
  })
  new gcp.cloudscheduler.Job(
    'mirror',
    {
      project,
      region,
      name: `${name}-mirror`,
      schedule: settings.mirrorSchedule,
      timeZone: 'Etc/UTC',
      attemptDeadline: `${attemptSeconds}s`,
      httpTarget: {
        httpMethod: 'POST',
        uri: `https://run.googleapis.com/v2/projects/${project}/locations/${region}/jobs/${name}-mirror:run`,
        oauthToken: {
          serviceAccountEmail: scheduler.email,
          scope: 'https://www.googleapis.com/auth/cloud-platform',
        },
      },
    },
    { dependsOn: [invoker] },
  )
  // The first instances need signatures before the first scheduled run.
  const filled = new local.Command(
    'mirror-filled',
    {
      create: `gcloud run jobs execute ${name}-mirror --project=${project} --region=${region} --wait`,
    },
    { dependsOn: [job] },
  )
  return { job, filled }
}
