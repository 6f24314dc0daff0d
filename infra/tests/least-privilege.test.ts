import { expect, describe, test } from 'vitest'
import { manifest } from '../scripts/manifest.ts'
import { simulate } from '../scripts/simulate.ts'
import {
  blobPermissions,
  catalogPermissions,
  needsOf,
  quarantinePermissions,
} from '../program/permissions.ts'
import { at, listAt, ofType, textAt, type Inputs } from './resources.ts'

const functions = await manifest()
const resources = await simulate({ topology: 'functions' })
const together = await simulate({ quarantineDays: 30 })

/** Reads signatures beside ClamAV; no port of the workspace's. */
const sidecar = new Set(['scan', 'sweep'])
const sidecarPermissions = ['storage.objects.get', 'storage.objects.list']

/** Roles of Google's own, each with who has it and why no smaller one does. */
const predefined: Record<string, string[]> = {
  'roles/run.invoker': ['events', 'scheduler', 'read', 'upload', 'api'],
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

const separate = functions.filter(({ name }) => name !== 'api')

describe.each(separate.map((fn) => [fn.name, fn] as const))('%s', (name, fn) => {
  const needs = needsOf(fn)
  const signing = needs.signs ? ['iam.serviceAccounts.signBlob'] : []

  test('may do what its code does with its ports, and nothing else', () => {
    const granted = permissionsOf(resources, name)
    const beside = sidecar.has(name) ? sidecarPermissions : []
    const needed = [...needs.database, ...needs.bucket, ...needs.quarantine, ...signing, ...beside]
    expect(granted).toEqual([...new Set(needed)].toSorted())
  })

  test('may do it on its own database, bucket and account only', () => {
    for (const { type, inputs } of grantsTo(resources, name)) {
      const scope = type.endsWith('projects/iAMMember:IAMMember')
        ? at(inputs, 'condition.expression')
        : (inputs['bucket'] ?? inputs['serviceAccountId'] ?? inputs['name'])
      expect(scope).toMatch(
        /^resource\.name == "projects\/my-project\/databases\/\(default\)"$|^my-project-coffer-(files|mirror)$|coffer-download@|^coffer-render$/,
      )
    }
  })
})

test('all routes in one function may do what each may do, and nothing else', () => {
  const needs = functions
    .filter(({ routes, name }) => routes.length > 0 || name === 'api')
    .map(needsOf)
  const needed = (['database', 'bucket', 'quarantine'] as const).flatMap((store) =>
    needs.flatMap((it) => it[store]),
  )
  expect(permissionsOf(together, 'api')).toEqual(
    [...new Set([...needed, 'iam.serviceAccounts.signBlob'])].toSorted(),
  )
})

test('list reads documents, and nothing of the bucket', () => {
  expect(permissionsOf(resources, 'list')).toEqual([
    'datastore.entities.get',
    'datastore.entities.list',
  ])
})

test('only download signs, in its own name', () => {
  const signers = ofType(resources, 'IAMMember').filter(({ inputs }) => inputs['serviceAccountId'])
  expect(signers.map(({ name }) => name)).toEqual(['download-signer'])
  expect(signers[0]?.inputs['member']).toContain('coffer-download@')
})

test('with a quarantine, only what goes there is written there', () => {
  const roles = ofType(together, 'BucketIAMMember').filter(
    ({ inputs }) => inputs['bucket'] === 'my-project-coffer-quarantine',
  )
  expect(roles.map(({ name }) => name).toSorted()).toEqual(['scan-quarantine', 'sweep-quarantine'])
})

test('no role is broad: every one is made here, or in the list of those that cannot be', () => {
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

test('the walk through the code overlooks nothing: every operation is reached', () => {
  expect(unreached(catalogPermissions, reached('catalog'))).toEqual([])
  expect(unreached(blobPermissions, reached('blobs'))).toEqual([])
  expect(unreached(quarantinePermissions, reached('quarantine'))).toEqual([])
})

const reached = (port: 'catalog' | 'blobs' | 'quarantine') => functions.flatMap((fn) => fn[port])

function unreached(table: object, operations: string[]): string[] {
  return Object.keys(table).filter((operation) => !operations.includes(operation))
}

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

function permissionsOf(all: typeof resources, fn: string): string[] {
  const roles = new Set(
    grantsTo(all, fn).map(({ inputs }) => textAt(inputs, 'role').split('/').at(-1)),
  )
  const permissions = ofType(all, 'IAMCustomRole')
    .filter(({ inputs }) => roles.has(textAt(inputs, 'roleId')))
    .flatMap(({ inputs }) => listAt(inputs, 'permissions').map(String))
  return [...new Set(permissions)].toSorted()
}
