import { expect, describe, test } from 'vitest'
import { permissionsOf } from '../program/services/access.ts'
import { blocks, publicFunctions, scan, sweep } from '../program/services/functions.ts'
import { exercise } from './exercise.ts'
import { requiredBy, union } from './google-permissions.ts'
import { at, listAt, ofType, textAt, type Inputs } from './resources.ts'
import { simulate } from './simulate.ts'

const functions = [...publicFunctions('functions'), blocks, scan, sweep]
const resources = await simulate({ topology: 'functions' })
const together = await simulate({ quarantineDays: 30 })

/** `blocks`, `scan` and `sweep` share their service account with ClamAV, which reads signatures from the mirror bucket. */
const sidecarPermissions = ['storage.objects.get', 'storage.objects.list']

/** Predefined roles that are granted, with their members. */
const predefined: Record<string, string[]> = {
  'roles/run.invoker': ['events', 'scheduler', 'mcp', 'read', 'upload', 'api'],
  'roles/eventarc.eventReceiver': ['events'],
  'roles/artifactregistry.writer': ['builder'],
  'roles/storage.objectViewer': ['builder'],
  'roles/logging.logWriter': ['builder'],
  'roles/eventarc.serviceAgent': ['service-1234567890@gcp-sa-eventarc'],
  'roles/pubsub.publisher': [
    'service-1234567890@gs-project-accounts',
    'service-1234567890@gcp-sa-pubsub',
  ],
  'roles/pubsub.subscriber': ['service-1234567890@gcp-sa-pubsub'],
}

describe.each(functions.map((fn) => [fn.name, fn] as const))('%s', (name, fn) => {
  test('has the permissions that its requests need and no other', async () => {
    const usage = await exercise(name)
    expect(permissionsOf(fn)).toEqual(requiredBy(usage))
    expect(fn.signsLinks ?? false).toBe(usage.blobs.has('signUrl'))
    expect(fn.renders ?? false).toBe(usage.renderer.size > 0)
  })

  test('is granted the permissions of the table and no other', () => {
    const { documents, objects, quarantine } = permissionsOf(fn)
    const signing = fn.signsLinks ? ['iam.serviceAccounts.signBlob'] : []
    const sidecar = [blocks, scan, sweep].includes(fn) ? sidecarPermissions : []
    expect(grantedTo(resources, name)).toEqual(
      union([documents, objects, quarantine, signing, sidecar]),
    )
  })

  test('is granted them on its own database, buckets and account only', () => {
    for (const { type, inputs } of grantsTo(resources, name)) {
      const scope = type.endsWith('projects/iAMMember:IAMMember')
        ? at(inputs, 'condition.expression')
        : (inputs['bucket'] ?? inputs['serviceAccountId'] ?? inputs['name'])
      expect(scope).toMatch(
        /^resource\.name == "projects\/my-project\/databases\/\(default\)"$|^my-project-coffer-(files|mirror)$|coffer-(download|mcp)@|^coffer-render$/,
      )
    }
  })
})

test('api is granted the permissions of all public functions and of its health route', async () => {
  const [api] = publicFunctions('api')
  const separate = publicFunctions('functions')
  const needed = [...separate.map(permissionsOf), requiredBy(await exercise('api'))]
  const signing = ['iam.serviceAccounts.signBlob']
  expect(grantedTo(together, 'api')).toEqual(
    union([...needed.flatMap((it) => [it.documents, it.objects, it.quarantine]), signing]),
  )
  expect(api?.renders).toBe(separate.some(({ renders }) => renders))
})

test('list has no permission on the bucket', () => {
  expect(grantedTo(resources, 'list')).toEqual([
    'datastore.entities.get',
    'datastore.entities.list',
  ])
})

test('only download and mcp sign links, each as its own service account', () => {
  const signers = ofType(resources, 'IAMMember').filter(({ inputs }) => inputs['serviceAccountId'])
  expect(signers.map(({ name }) => name)).toEqual(['download-signer', 'mcp-signer'])
  expect(signers[0]?.inputs['member']).toContain('coffer-download@')
  expect(signers[1]?.inputs['member']).toContain('coffer-mcp@')
})

test('only blocks, scan and sweep have permissions on the quarantine bucket', () => {
  const roles = ofType(together, 'BucketIAMMember').filter(
    ({ inputs }) => inputs['bucket'] === 'my-project-coffer-quarantine',
  )
  expect(roles.map(({ name }) => name).toSorted()).toEqual([
    'blocks-quarantine',
    'scan-quarantine',
    'sweep-quarantine',
  ])
})

test('grants only custom roles and the listed predefined roles', () => {
  for (const all of [resources, together]) {
    for (const { inputs } of grants(all)) {
      const role = textAt(inputs, 'role')
      if (role.startsWith('projects/my-project/roles/coffer_')) continue
      const members = predefined[role]
      const isKnown = members?.some((member) => textAt(inputs, 'member').includes(member))
      expect([role, isKnown]).toEqual([role, true])
    }
    for (const { inputs } of ofType(all, 'IAMCustomRole')) {
      for (const permission of listAt(inputs, 'permissions')) {
        expect(permission).toMatch(/^(datastore|storage|iam)\.[a-zA-Z]+\.[a-zA-Z]+$/)
        expect(permission).not.toMatch(/setIamPolicy|admin|\*/i)
      }
    }
  }
})

interface Grant {
  type: string
  inputs: Inputs
}

function grants(all: typeof resources): Grant[] {
  return all
    .filter(({ type }) => /Iam|IAM/.test(type) && !type.endsWith('CustomRole'))
    .map(({ type, inputs }) => ({ type, inputs }))
}

function grantsTo(all: typeof resources, fn: string): Grant[] {
  return grants(all).filter(({ inputs }) => textAt(inputs, 'member').includes(`:coffer-${fn}@`))
}

function grantedTo(all: typeof resources, fn: string): string[] {
  const roles = new Set(
    grantsTo(all, fn).map(({ inputs }) => textAt(inputs, 'role').split('/').at(-1)),
  )
  const permissions = ofType(all, 'IAMCustomRole')
    .filter(({ inputs }) => roles.has(textAt(inputs, 'roleId')))
    .flatMap(({ inputs }) => listAt(inputs, 'permissions').map(String))
  return [...new Set(permissions)].toSorted()
}
