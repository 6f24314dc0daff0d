import { describe, expect, test } from 'vitest'
import { forCloudRun } from '../scripts/firebase.ts'
import { leastSettings, place } from './simulate.ts'
import { good, type Answers } from './google.ts'
import { runScript } from './terminal.ts'

const config = {
  'gcp:project': { value: place.project },
  'gcp:region': { value: place.region },
  ...Object.fromEntries(
    Object.entries(leastSettings).map(([key, value]) => [
      `coffer:${key}`,
      { value: JSON.stringify(value) },
    ]),
  ),
}
const pulumi = `case "$*" in
  "config --json") echo '${JSON.stringify(config)}' ;;
  "stack output url") echo https://coffer.example.com ;;
esac`
const programs = { pulumi, npm: 'true', npx: 'true' }

describe('npm run deploy', () => {
  test('creates nothing if prerequisites are missing, and reports all of them', async () => {
    const { status, err, calls } = await runScript('deploy.ts', ['--yes'], { programs })
    expect(status).toBe(1)
    expect(err).toContain('Nothing was created.')
    expect(err).toContain('The project "my-project" does not exist')
    expect(calls).toEqual(['pulumi config --json'])
  })

  test('runs pulumi up interactively and prints the URL', async () => {
    const { status, out, calls } = await runScript('deploy.ts', ['--skip-firebase'], {
      programs,
      google: good,
    })
    expect(calls).toEqual(['pulumi config --json', 'pulumi up', 'pulumi stack output url'])
    expect(out).toContain('Coffer is at https://coffer.example.com')
    expect(status).toBe(0)
  })

  test('fails if Pulumi fails', async () => {
    const failing = { ...programs, pulumi: `${pulumi}\n[ "$1" != up ]` }
    const { status, err, calls } = await runScript('deploy.ts', ['--yes', '--skip-firebase'], {
      programs: failing,
      google: good,
    })
    expect(status).toBe(1)
    expect(err).toContain('pulumi up --yes ended with 1')
    expect(calls.at(-1)).toBe('pulumi up --yes')
  })

  test('names an invalid setting before any request', async () => {
    const bad = {
      pulumi: pulumi
        .replace('"mode":"firebase"', '"mode":"local"')
        .replace('\\"mode\\":\\"firebase\\"', '\\"mode\\":\\"local\\"'),
    }
    const { status, err } = await runScript('deploy.ts', [], { programs: bad, google: good })
    expect(status).toBe(1)
    expect(err).toContain('coffer:auth.mode')
  })
})

describe('npm run destroy', () => {
  const objects = 'storage.googleapis.com/storage/v1/b/my-project-coffer-files/o'
  const documents =
    'firestore.googleapis.com/v1/projects/my-project/databases/(default)/documents/workspaces'
  const empty: Answers = { [objects]: () => [200, {}], [documents]: () => [200, {}] }
  const full: Answers = { ...empty, [objects]: () => [200, { items: [{ name: 'a' }] }] }
  const all = [
    'pulumi config --json',
    'pulumi config set coffer:protectData false',
    'pulumi up --yes --skip-preview',
    'pulumi destroy --yes',
    'pulumi config rm coffer:protectData',
  ]

  test('refuses if there is data', async () => {
    const { status, err, calls } = await runScript('destroy.ts', [], { programs, google: full })
    expect(status).toBe(1)
    expect(err).toContain(
      'Nothing was destroyed: the bucket my-project-coffer-files contains objects',
    )
    expect(calls).toEqual(all.slice(0, 1))
  })

  test('refuses if --confirm does not name the bucket', async () => {
    const { status, err, calls } = await runScript(
      'destroy.ts',
      ['--with-data', '--confirm=other-bucket'],
      { programs, google: full },
    )
    expect(status).toBe(1)
    expect(err).toContain('that is not the name of the bucket')
    expect(calls).toEqual(all.slice(0, 1))
  })

  test('destroys data if --with-data is set and --confirm names the bucket', async () => {
    const { status, calls } = await runScript(
      'destroy.ts',
      ['--with-data', '--confirm=my-project-coffer-files'],
      { programs, google: full },
    )
    expect(calls).toEqual(all)
    expect(status).toBe(0)
  })

  test('destroys an empty deployment without confirmation', async () => {
    const { calls } = await runScript('destroy.ts', [], { programs, google: empty })
    expect(calls).toEqual(all)
  })

  test('restores the protection of the data if it fails', async () => {
    const failing = { ...programs, pulumi: `${pulumi}\n[ "$1" != up ]` }
    const { status, calls } = await runScript('destroy.ts', [], {
      programs: failing,
      google: empty,
    })
    expect(status).toBe(1)
    expect(calls.at(-1)).toBe(all.at(-1))
  })
})

test('npm run smoke runs the black-box suite against the deployed URL', async () => {
  const { calls, status } = await runScript('smoke.ts', [], { programs })
  expect(calls).toEqual([
    'pulumi stack output url',
    'npx vitest run tests/e2e/deployed/deployed.test.ts',
  ])
  expect(status).toBe(0)
})

test('signs in a user of a deployment through Firebase without a key', async () => {
  const signed: string[] = []
  const google: Answers = {
    'iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@p:signJwt': (body) => {
      signed.push(JSON.stringify(body))
      return [200, { signedJwt: 'custom' }]
    },
    'identitytoolkit.googleapis.com/v1/accounts:signInWithCustomToken': (body) => [
      200,
      { idToken: `id-for-${(body as { token?: string }).token}` },
    ],
  }
  const options = [
    '--project=p',
    '--api-key=k',
    '--service-account=a@p',
    'anna',
    '{"scope":"files:read"}',
  ]
  const { out, err } = await runScript('firebase-token.ts', options, { programs: {}, google })
  expect(err).toBe('')
  expect(out).toBe('Bearer id-for-custom')
  const { payload } = JSON.parse(signed[0] ?? '{}') as { payload: string }
  expect(JSON.parse(payload)).toMatchObject({
    uid: 'anna',
    claims: { scope: 'files:read' },
    sub: 'a@p',
  })
})

describe('the image of a deployment', () => {
  const options = [
    '--image=europe-west1-docker.pkg.dev/p/coffer/clamav:abc',
    '--dockerfile=infra/clamav/Dockerfile',
    '--target=clamav',
    '--project=p',
    '--region=europe-west1',
    '--service-account=projects/p/serviceAccounts/b',
    '--sources=gs://s/source',
    'infra/clamav',
  ]

  test('is built only from its inputs if it does not exist', async () => {
    const gcloud = `case "$*" in
  *describe*) [ -e "$HOME/built" ] && echo sha256:123 ;;
  "builds submit "*) touch "$HOME/built"; cd "$3" && find . -type f | sort >&2; echo built ;;
esac`
    const { out, err, calls } = await runScript('build-image.ts', options, { programs: { gcloud } })
    expect(out).toBe('europe-west1-docker.pkg.dev/p/coffer/clamav@sha256:123')
    expect(err).toContain('./infra/clamav/Dockerfile')
    expect(
      err
        .split('\n')
        .filter((line) => line.startsWith('./') && !line.startsWith('./infra/clamav/')),
    ).toEqual([])
    expect(calls[1]).toMatch(
      /^gcloud builds submit \S+ --config=cloudbuild.yaml --substitutions=_IMAGE=\S+clamav:abc,_DOCKERFILE=infra\/clamav\/Dockerfile,_TARGET=clamav --region=europe-west1 /,
    )
  })

  test('is not built if it exists', async () => {
    const gcloud = 'echo sha256:123'
    const { out, calls } = await runScript('build-image.ts', options, { programs: { gcloud } })
    expect(out).toBe('europe-west1-docker.pkg.dev/p/coffer/clamav@sha256:123')
    expect(calls).toHaveLength(1)
  })
})

test('Hosting sends the API’s paths to the Cloud Run service', async () => {
  const { default: given } = await import('../../firebase.json', { with: { type: 'json' } })
  const { hosting, functions } = forCloudRun(given, { name: 'coffer', region: 'europe-west1' })
  const run = { serviceId: 'coffer-api', region: 'europe-west1' }
  expect(functions).toBeUndefined()
  expect(hosting.rewrites.filter((rewrite) => rewrite.run)).not.toEqual([])
  const api = hosting.rewrites.filter(({ source }) => source.startsWith('/api'))
  expect(api.map((rewrite) => [rewrite.run, rewrite.function])).toEqual(
    api.map(() => [run, undefined]),
  )
})
