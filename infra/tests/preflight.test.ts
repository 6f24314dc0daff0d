import { afterAll, describe, expect, test } from 'vitest'
import { apis } from '../program/api-names.ts'
import { checked } from '../program/settings.ts'
import { dataOf } from '../scripts/data.ts'
import { askAt } from '../scripts/google.ts'
import { permissions } from '../scripts/needed-permissions.ts'
import { preflight } from '../scripts/preflight-checks.ts'
import { leastSettings, place } from './simulate.ts'
import { good as ready, startGoogle, type Answer, type Answers } from './google.ts'

const settings = checked(
  { ...leastSettings, secrets: { TOKEN: { secret: 'token', version: '2' } } },
  place,
)
const good: Answers = {
  ...ready,
  'secretmanager.googleapis.com/v1/projects/my-project/secrets/token/versions/2': () => [200, {}],
}
const disabled: Answer = [403, { error: { details: [{ reason: 'SERVICE_DISABLED' }] } }]

const servers = new AsyncDisposableStack()
afterAll(() => servers.disposeAsync())

/** Runs the checks against a local server that replaces Google. */
async function googleWith(answers: Answers) {
  const { origin, asked } = servers.use(await startGoogle(answers))
  return { ask: askAt((host) => `${origin}/${host}`, {}), asked }
}

const problemsWith = async (answers: Answers) =>
  preflight((await googleWith({ ...good, ...answers })).ask, settings)

test('preflight reports no problems for a complete project', async () => {
  expect(await problemsWith({})).toEqual([])
})

test('preflight sends only requests that read', async () => {
  const { ask, asked } = await googleWith(good)
  await preflight(ask, settings)
  expect(asked.filter((line) => !/^GET |:testIamPermissions$/.test(line))).toEqual([])
  expect(asked).toHaveLength(Object.keys(good).length)
})

describe('preflight names the problem and the command that fixes it', () => {
  const project = 'cloudresourcemanager.googleapis.com/v3/projects/my-project'
  test.each<[string, Answers, RegExp]>([
    [
      'missing credentials',
      { [project]: () => [401, {}] },
      /gcloud auth application-default login$/,
    ],
    [
      'a missing project',
      { [project]: () => [403, {}] },
      /project "my-project" does not exist.+gcloud projects create my-project/,
    ],
    [
      'a deleted project',
      { [project]: () => [200, { state: 'DELETE_REQUESTED' }] },
      /gcloud projects undelete my-project$/,
    ],
    [
      'a disabled Cloud Resource Manager API',
      { [project]: () => disabled },
      /gcloud services enable cloudresourcemanager\.googleapis\.com/,
    ],
    [
      'no billing account',
      { 'cloudbilling.googleapis.com/v1/projects/my-project/billingInfo': () => [200, {}] },
      /no billing account.+gcloud billing projects link my-project --billing-account=012345-6789AB-CDEF01$/,
    ],
    [
      'another billing account',
      {
        'cloudbilling.googleapis.com/v1/projects/my-project/billingInfo': () => [
          200,
          { billingEnabled: true, billingAccountName: 'billingAccounts/OTHER' },
        ],
      },
      /has the billing account billingAccounts\/OTHER/,
    ],
    [
      'APIs',
      {
        'serviceusage.googleapis.com/v1/projects/my-project/services:batchGet': () => [
          200,
          {
            services: apis.map((api) => ({
              name: `projects/1/services/${api}`,
              state: /^(run|eventarc)/.test(api) ? 'DISABLED' : 'ENABLED',
            })),
          },
        ],
      },
      /^These APIs are disabled: eventarc\.googleapis\.com, run\.googleapis\.com\. Run: gcloud services enable eventarc\.googleapis\.com run\.googleapis\.com --project=my-project$/,
    ],
    [
      'permissions',
      {
        'cloudresourcemanager.googleapis.com/v3/projects/my-project:testIamPermissions': () => [
          200,
          { permissions: permissions.filter((it) => it !== 'eventarc.triggers.create') },
        ],
      },
      /^You lack these permissions in "my-project": eventarc\.triggers\.create\./,
    ],
    [
      'missing permissions',
      {
        'cloudresourcemanager.googleapis.com/v3/projects/my-project:testIamPermissions': () => [
          200,
          {},
        ],
      },
      /artifactregistry\.repositories\.create, .+storage\.buckets\.setIamPolicy\./,
    ],
    [
      'no permission to manage the budget',
      {
        'cloudbilling.googleapis.com/v1/billingAccounts/012345-6789AB-CDEF01:testIamPermissions':
          () => [403, {}],
      },
      /billing account "012345-6789AB-CDEF01" does not exist, or you may not create budgets/,
    ],
    [
      'a missing secret version',
      {
        'secretmanager.googleapis.com/v1/projects/my-project/secrets/token/versions/2': () => [
          404,
          {},
        ],
      },
      /coffer:secrets\.TOKEN names version 2 of the secret "token"/,
    ],
  ])('%s', async (_, answers, problem) => {
    const problems = await problemsWith(answers)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
  })

  test('several problems in one run', async () => {
    const { [project]: there, ...rest } = good
    const { ask } = await googleWith({ [project]: there ?? (() => [500, {}]) })
    expect(Object.keys(rest)).toHaveLength(5)
    expect(await preflight(ask, settings)).toHaveLength(5)
  })
})

describe('dataOf', () => {
  const objects = 'storage.googleapis.com/storage/v1/b/my-project-coffer-files/o'
  const documents =
    'firestore.googleapis.com/v1/projects/my-project/databases/(default)/documents/workspaces'
  const empty: Answers = { [objects]: () => [200, {}], [documents]: () => [200, {}] }
  test.each<[string, Answers, string[]]>([
    ['returns an empty list for an empty bucket and database', empty, []],
    ['returns an empty list without bucket and database', {}, []],
    [
      'reports objects',
      { ...empty, [objects]: () => [200, { items: [{ name: 'a' }] }] },
      ['the bucket my-project-coffer-files contains objects'],
    ],
    [
      'reports documents',
      { ...empty, [documents]: () => [200, { documents: [{}] }] },
      ['the database (default) contains documents'],
    ],
    [
      'reports a bucket that cannot be read',
      { ...empty, [objects]: () => [403, {}] },
      ['the bucket my-project-coffer-files cannot be read (403)'],
    ],
  ])('%s', async (_, answers, data) => {
    expect(await dataOf((await googleWith(answers)).ask, settings)).toEqual(data)
  })
})
