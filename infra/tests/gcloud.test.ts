import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const hasGcloud = spawnSync('gcloud', ['--version']).status === 0

describe.skipIf(!hasGcloud)('gcloud without credentials', () => {
  const subscription = 'projects/p/subscriptions/s'
  test.each([
    [
      'builds',
      'submit',
      '.',
      '--config=cloudbuild.yaml',
      '--substitutions=_IMAGE=a,_DOCKERFILE=b,_TARGET=c',
      '--region=r',
      '--gcs-source-staging-dir=gs://s/source',
      '--service-account=projects/p/serviceAccounts/b',
    ],
    [
      'artifacts',
      'docker',
      'images',
      'describe',
      'r-docker.pkg.dev/p/c/app:x',
      '--format=value(image_summary.digest)',
    ],
    ['run', 'jobs', 'execute', 'coffer-mirror', '--region=r', '--wait'],
    [
      'pubsub',
      'subscriptions',
      'update',
      subscription,
      '--ack-deadline=600',
      '--min-retry-delay=10s',
      '--max-retry-delay=600s',
      '--message-retention-duration=7d',
      '--dead-letter-topic=projects/p/topics/t',
      '--max-delivery-attempts=20',
    ],
  ])('parses %s %s', async (...args) => {
    const configuration = await mkdtemp(join(tmpdir(), 'coffer-gcloud-'))
    const { stderr } = spawnSync('gcloud', [...args, '--project=p', '--quiet'], {
      cwd: new URL('..', import.meta.url),
      env: { PATH: process.env['PATH'], CLOUDSDK_CONFIG: configuration },
      encoding: 'utf8',
    })
    await rm(configuration, { recursive: true })
    expect(stderr).toContain('You do not currently have an active account selected')
  })
})
