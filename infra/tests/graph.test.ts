import { access, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import {
  maxConcurrentDecoders,
  bounds,
  processLimits,
} from '../../shared/adapters/preview/bounds.ts'
import { recipes, root } from '../program/sources.ts'
import { place, simulate } from './simulate.ts'
import { at, listAt, ofType, one, textAt, variables } from './resources.ts'

const api = await simulate({ quarantineDays: 30, corsOrigins: ['https://app.example.com'] })
const functions = await simulate({ topology: 'functions', domain: 'files.example.com' })
const text = JSON.stringify(api)

const separate = [
  'upload',
  'list',
  'read',
  'download',
  'update',
  'delete',
  'folders',
  'mcp',
  'blocks',
  'changes',
  'admin',
]

describe.each([
  ['one function for all routes', api, ['api', 'blocks'], ['api']],
  [
    'one function for each route',
    functions,
    expect.arrayContaining(separate),
    ['mcp', 'read', 'upload'],
  ],
] as const)('with %s', (_, resources, publicNames, rendering) => {
  test('no bucket can be made public', () => {
    for (const { inputs } of ofType(resources, 'Bucket')) {
      expect(inputs['publicAccessPrevention']).toBe('enforced')
      expect(inputs['uniformBucketLevelAccess']).toBe(true)
    }
    expect(ofType(resources, 'Bucket').length).toBeGreaterThan(2)
  })

  test('allUsers and allAuthenticatedUsers have no roles', () => {
    expect(JSON.stringify(resources)).not.toMatch(/allUsers|allAuthenticatedUsers/)
  })

  test('no service account has a key', () => {
    expect(ofType(resources, 'Key')).toEqual([])
  })

  test('every service and job has its own service account', () => {
    const runs = [...ofType(resources, 'Service'), ...ofType(resources, 'Job')].filter(
      ({ inputs }) => inputs['template'],
    )
    const accounts = runs.map(
      ({ inputs }) =>
        at(inputs, 'template.serviceAccount') ?? at(inputs, 'template.template.serviceAccount'),
    )
    expect(new Set(accounts).size).toBe(runs.length)
    for (const account of accounts) expect(account).toMatch(/^coffer-/)
  })

  test('every service has a maximum of instances', () => {
    for (const { inputs } of services(resources)) {
      expect(at(inputs, 'template.scaling.maxInstanceCount')).toBeGreaterThan(0)
    }
  })

  test('only platform identities can invoke scan, sweep and render', () => {
    for (const name of ['scan', 'sweep', 'render']) {
      const service = one(resources, 'Service', name)
      expect(service['ingress']).toBe('INGRESS_TRAFFIC_INTERNAL_ONLY')
      expect(service['invokerIamDisabled']).toBe(false)
    }
    const invokers = ofType(resources, 'ServiceIamMember').map(({ inputs }) =>
      [textAt(inputs, 'name'), textAt(inputs, 'member')].join(' '),
    )
    expect(invokers.toSorted()).toEqual([
      ...rendering.map(
        (name) =>
          `coffer-render serviceAccount:coffer-${name}@${place.project}.iam.gserviceaccount.com`,
      ),
      `coffer-scan serviceAccount:coffer-events@${place.project}.iam.gserviceaccount.com`,
      `coffer-sweep serviceAccount:coffer-scheduler@${place.project}.iam.gserviceaccount.com`,
    ])
  })

  test('only functions with public routes accept requests without IAM', () => {
    const open = services(resources).filter(({ inputs }) => inputs['invokerIamDisabled'])
    const closed = services(resources).filter(({ inputs }) => !inputs['invokerIamDisabled'])
    expect(closed.map(({ name }) => name).toSorted()).toEqual(['render', 'scan', 'sweep'])
    expect(open.map(({ name }) => name)).toEqual(publicNames)
  })

  test('services and buckets have the configured project, region and name prefix', () => {
    for (const { name, inputs } of [...services(resources), ...ofType(resources, 'Bucket')]) {
      expect([name, inputs['name']]).toEqual([
        name,
        expect.stringMatching(/^(my-project-)?coffer-/),
      ])
      expect([name, inputs['location']]).toEqual([name, place.region])
    }
    const projects = resources.flatMap(({ inputs }) => inputs['project'] ?? [])
    expect(new Set(projects)).toEqual(new Set([place.project]))
  })

  test('every alert has a channel, instructions and a condition', () => {
    const policies = ofType(resources, 'AlertPolicy')
    expect(policies.length).toBeGreaterThanOrEqual(6)
    for (const { inputs } of policies) {
      expect(inputs['notificationChannels']).toEqual(['email-1-id'])
      expect(at(inputs, 'documentation.content')).toMatch(/^\S.+\n1\. /s)
      expect(listAt(inputs, 'conditions').length).toBeGreaterThan(0)
    }
    expect(
      at(one(resources, 'Budget', 'spend'), 'allUpdatesRule.monitoringNotificationChannels'),
    ).toEqual(['email-1-id'])
  })
})

describe('scan', () => {
  const scan = one(api, 'Service', 'scan')
  const [fn, clamd] = listAt(scan, 'template.containers')

  test('has two containers and starts ClamAV first', () => {
    expect(at(scan, 'template.containers')).toHaveLength(2)
    expect(at(fn, 'dependsOns')).toEqual(['clamd'])
    expect(at(clamd, 'startupProbe.tcpSocket')).toEqual({ port: 3310 })
    expect(at(clamd, 'livenessProbe.tcpSocket')).toEqual({ port: 3310 })
    expect(at(clamd, 'ports')).toBeUndefined()
  })

  test('accepts twice as many concurrent events as ClamAV accepts files', () => {
    expect(at(scan, 'template.maxInstanceRequestConcurrency')).toBe(
      2 * Number(variables(scan)['CLAMAV_CONCURRENCY']),
    )
  })

  test('can reach only Google', () => {
    expect(at(scan, 'template.vpcAccess.egress')).toBe('ALL_TRAFFIC')
    expect(ofType(api, 'Router')).toEqual([])
    expect(ofType(api, 'RouterNat')).toEqual([])
  })

  test('is created after the signature mirror is filled', () => {
    const before = api.find(({ name, type }) => name === 'scan' && type.includes('cloudrunv2'))
    expect(before?.dependsOn).toContain('command:local:Command mirror-filled')
  })
})

describe('render', () => {
  const render = one(api, 'Service', 'render')

  test('has a service account without roles', () => {
    expect(at(render, 'template.serviceAccount')).toMatch(/^coffer-render@/)
    for (const resources of [api, functions]) {
      const granted = resources.filter(({ inputs }) =>
        [inputs['member'], ...listAt(inputs, 'members')].some((it) =>
          String(it).includes('coffer-render@'),
        ),
      )
      expect(granted).toEqual([])
    }
  })

  test('has no outgoing connections, not even to Google', () => {
    expect(at(render, 'template.vpcAccess')).toEqual({
      egress: 'ALL_TRAFFIC',
      networkInterfaces: [{ network: 'sealed-id', subnetwork: 'sealed-id' }],
    })
    expect(one(api, 'Network', 'sealed')['deleteDefaultRoutesOnCreate']).toBe(true)
    expect(one(api, 'Subnetwork', 'sealed')['privateIpGoogleAccess']).toBe(false)
    expect(one(api, 'Firewall', 'sealed')).toMatchObject({
      network: 'sealed-id',
      direction: 'EGRESS',
      destinationRanges: ['0.0.0.0/0'],
      denies: [{ protocol: 'all' }],
    })
    expect(ofType(api, 'Route')).toEqual([])
  })

  test('accepts HTTP/2, for files over 32 MiB, and has a separate image', () => {
    expect(at(render, 'template.containers.0.ports')).toEqual({ name: 'h2c', containerPort: 8080 })
    expect(at(render, 'template.containers.0.image')).toMatch(/^image-render@/)
    expect(at(one(api, 'Service', 'api'), 'template.containers.0.image')).toMatch(/^image-app@/)
    expect(one(api, 'Command', 'image-render')['create']).toContain('--target=render')
  })

  test('has memory for all concurrent decoders and files', () => {
    const memory = Number.parseInt(
      textAt(render, 'template.containers.0.resources.limits.memory'),
      10,
    )
    const requests = Number(at(render, 'template.maxInstanceRequestConcurrency'))
    const decoders = maxConcurrentDecoders * processLimits.dataBytes
    const files = requests * (bounds.sourceBytes + bounds.resultBytes)
    expect(memory).toBeGreaterThan((decoders + files) / 2 ** 20)
    expect(requests).toBeGreaterThan(maxConcurrentDecoders)
  })

  test.each([
    ['api', api],
    ['read', functions],
    ['upload', functions],
    ['mcp', functions],
  ] as const)(
    'is called by %s over the internal network, which carries only private addresses',
    (name, all) => {
      expect(at(one(all, 'Service', name), 'template.vpcAccess')).toEqual({
        egress: 'PRIVATE_RANGES_ONLY',
        networkInterfaces: [{ network: 'internal-id', subnetwork: 'internal-id' }],
      })
      const host = 'coffer-render-1234567890.europe-west1.run.app.'
      expect(one(all, 'ManagedZone', 'internal')).toMatchObject({
        dnsName: host,
        visibility: 'private',
        privateVisibilityConfig: { networks: [{ networkUrl: 'internal-id' }] },
      })
      expect(one(all, 'RecordSet', 'internal')).toMatchObject({ name: host, type: 'A' })
      expect(one(all, 'Subnetwork', 'internal')['privateIpGoogleAccess']).toBe(true)
    },
  )

  test('is not reachable from functions that do not render', () => {
    for (const name of ['list', 'download', 'update', 'delete', 'folders', 'changes', 'admin']) {
      expect(at(one(functions, 'Service', name), 'template.vpcAccess')).toBeUndefined()
    }
  })
})

test('ClamAV has memory for two databases and all concurrent files', async () => {
  const large = await simulate({ maxFileMegabytes: 1000, scan: { concurrency: 4 } })
  const clamd = at(one(large, 'Service', 'scan'), 'template.containers.1')
  const memory = Number(/^(\d+)Mi$/.exec(textAt(clamd, 'resources.limits.memory'))?.[1])
  expect(memory).toBeGreaterThanOrEqual(2 * 1536 + 4 * 1000)
  expect(at(clamd, 'resources.limits.cpu')).toBe('4')
})

test('functions have memory for two copies of a 32 MiB body for each request', () => {
  for (const name of ['upload', 'update', 'delete', 'list']) {
    const { template } = one(functions, 'Service', name)
    const memory = Number.parseInt(textAt(template, 'containers.0.resources.limits.memory'), 10)
    const bodies = name === 'upload' ? Number(at(template, 'maxInstanceRequestConcurrency')) : 1
    expect(memory).toBeGreaterThanOrEqual(256 + bodies * 2 * 32)
  }
})

describe('events', () => {
  test('come from the bucket of the files and are delivered in its region', () => {
    const trigger = one(api, 'Trigger', 'scan')
    expect(trigger['matchingCriterias']).toContainEqual({
      attribute: 'bucket',
      value: 'my-project-coffer-files',
    })
    expect(trigger['location']).toBe(place.region)
  })

  test('are retried and then sent to a dead-letter topic', () => {
    const update = one(api, 'Command', 'scan-retries')['create']
    expect(update).toContain('subscriptions/eventarc-europe-west1-coffer-scan-sub-123')
    expect(update).toMatch(/--dead-letter-topic=\S*dead-letters/)
    expect(update).toMatch(/--max-delivery-attempts=\d+/)
    expect(one(api, 'Subscription', 'dead-letters')['expirationPolicy']).toEqual({ ttl: '' })
  })
})

describe('the bucket of the files', () => {
  const files = one(api, 'Bucket', 'files')

  test('allows uploads only from the configured origins', () => {
    expect(at(files, 'cors.0.origins')).toEqual(['https://app.example.com'])
    expect(one(functions, 'Bucket', 'files')['cors']).toBeUndefined()
  })

  test('has no lifecycle rule that deletes live objects, except previews', () => {
    const rules = listAt(files, 'lifecycleRules')
    const deleting = rules.filter(
      (rule) => at(rule, 'action.type') !== 'AbortIncompleteMultipartUpload',
    )
    expect(deleting.map((rule) => at(rule, 'condition.matchesPrefixes'))).toEqual([['derived/']])
  })

  test('and the database are protected unless protectData is false', async () => {
    const open = await simulate({ protectData: false })
    for (const type of [
      'gcp:storage/bucket:Bucket files',
      'gcp:firestore/database:Database catalog',
    ]) {
      const is = (it: { type: string; name: string }) => `${it.type} ${it.name}` === type
      expect(api.find(is)?.protect).toBe(true)
      expect(open.find(is)?.protect).toBe(false)
    }
    expect(files['forceDestroy']).toBe(false)
    expect(one(open, 'Bucket', 'files')['forceDestroy']).toBe(true)
    expect(one(open, 'Database', 'catalog')['deletionPolicy']).toBe('DELETE')
  })

  test('keeps deleted objects for at least the recovery window of the database', () => {
    expect(at(files, 'softDeletePolicy.retentionDurationSeconds')).toBeGreaterThanOrEqual(
      7 * 24 * 3600,
    )
    expect(one(api, 'Database', 'catalog')['pointInTimeRecoveryEnablement']).toBe(
      'POINT_IN_TIME_RECOVERY_ENABLED',
    )
  })
})

test('kmsKey encrypts bucket and database after their service agents may use it', async () => {
  const key = 'projects/k/locations/europe-west1/keyRings/r/cryptoKeys/c'
  const resources = await simulate({ kmsKey: key })
  expect(one(resources, 'Bucket', 'files')['encryption']).toEqual({ defaultKmsKeyName: key })
  expect(one(resources, 'Database', 'catalog')['cmekConfig']).toEqual({ kmsKeyName: key })
  const bucket = resources.find(({ type, name }) => type.endsWith(':Bucket') && name === 'files')
  expect(bucket?.dependsOn).toContain('gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember storage-key')
})

test('the program contains no secret values and grants access only to services that use the secret', async () => {
  const resources = await simulate({
    secrets: { OTEL_EXPORTER_OTLP_HEADERS: { secret: 'otel', version: '3' } },
  })
  expect(variables(one(resources, 'Service', 'api'))['OTEL_EXPORTER_OTLP_HEADERS']).toEqual({
    secretKeyRef: { secret: 'projects/my-project/secrets/otel', version: '3' },
  })
  expect(
    ofType(resources, 'SecretIamMember')
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['api-otel', 'blocks-otel', 'scan-otel', 'sweep-otel'])
  expect(ofType(resources, 'SecretVersion')).toEqual([])
})

test('the program creates the indexes and the TTL policies of firestore.indexes.json', async () => {
  const { indexes, fieldOverrides } = (
    await import('../../firestore.indexes.json', { with: { type: 'json' } })
  ).default
  expect(ofType(api, 'Index')).toHaveLength(indexes.length)
  expect(ofType(api, 'Field')).toHaveLength(fieldOverrides.length)
  const ttl = ofType(api, 'Field').filter(({ inputs }) => inputs['ttlConfig'])
  const names = ttl.map(({ name }) => name).toSorted()
  expect(names).toEqual([
    'links-expiresAt',
    'operations-expiresAt',
    'refusals-expiresAt',
    'runs-purgeAt',
    'shares-purgeAt',
    'trail-expiresAt',
  ])
})

test('image tags are hashes of the inputs', () => {
  const create = textAt(one(api, 'Command', 'image-app'), 'create')
  expect(create).toMatch(/europe-west1-docker\.pkg\.dev\/my-project\/coffer\/app:[0-9a-f]{20} /)
  expect(text).not.toContain(':latest')
})

/** The source of a program, from the inputs of the bundler. */
async function sourceOf(program: string): Promise<string> {
  const bundler = await readFile(`${root}/scripts/bundle.ts`, 'utf8')
  const source = new RegExp(`^ *'?${program}'?: '([^']+)',$`, 'm').exec(bundler)?.[1]
  return source ?? `(no source of ${program})`
}

test.each(recipes)('the image $name is a stage of its Dockerfile', async ({ name, dockerfile }) => {
  const text = await readFile(`${root}/${dockerfile}`, 'utf8')
  const stages = text.split(/^(?=FROM )/m).slice(1)
  const stage = stages.find(
    (it) => it.startsWith('FROM ') && it.split('\n', 1)[0]?.endsWith(` AS ${name}`),
  )
  expect(stage).toBeDefined()
  const program = /^CMD \["node", "bundle\/(\w+)\.js"\]$/m.exec(stage ?? '')?.[1]
  expect(program === undefined).toBe(name === 'clamav')
  if (program !== undefined) await access(`${root}/${await sourceOf(program)}`)
  // Only the images of render and blocks contain decoders of documents and videos, with a sandbox.
  const decodes = ['render', 'blocks'].includes(name)
  expect(/ffmpeg|poppler|libreoffice/.test(stage ?? '')).toBe(decodes)
  expect(/bubblewrap/.test(stage ?? '')).toBe(decodes)
})

function services(resources: typeof api) {
  return ofType(resources, 'Service').filter(({ inputs }) => inputs['template'])
}
