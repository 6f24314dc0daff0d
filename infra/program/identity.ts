import * as gcp from '@pulumi/gcp'
import { interpolate, type Input, type Output, type Resource } from '@pulumi/pulumi'
import { needsOf, union } from './permissions.ts'
import type { CloudFunction } from './functions.ts'
import type { Settings } from './settings.ts'

export interface Identity {
  email: Output<string>
  /** `serviceAccount:{email}`. */
  member: Output<string>
  /** What must be granted before the first instance starts. */
  grants: Resource[]
}

/** Where a function's rights lie. */
export interface Stores {
  database: gcp.firestore.Database
  files: gcp.storage.Bucket
  /** Where infected bytes go; without it they stay where they are. */
  quarantine: gcp.storage.Bucket | undefined
}

/** A service account without keys and without rights. */
export function createAccount(settings: Settings, name: string, purpose: string) {
  return new gcp.serviceaccount.Account(name, {
    project: settings.project,
    accountId: `${settings.name}-${name}`,
    displayName: `${settings.name} ${name}`,
    description: purpose,
  })
}

/** A function's own service account, with the permissions that its code can make use of and no other. */
export function createIdentity(settings: Settings, fn: CloudFunction, stores: Stores): Identity {
  const account = createAccount(settings, fn.name, `What the function ${fn.name} runs as`)
  const needs = needsOf(fn)
  const grants: Resource[] = []
  const { member } = account
  if (needs.database.length > 0) {
    const role = createRole(settings, `${fn.name}-catalog`, needs.database)
    grants.push(
      new gcp.projects.IAMMember(`${fn.name}-catalog`, {
        project: settings.project,
        role: role.name,
        member,
        condition: {
          title: 'this-database',
          expression: interpolate`resource.name == "projects/${settings.project}/databases/${stores.database.name}"`,
        },
      }),
    )
  }
  const { files, quarantine } = stores
  const onFiles = quarantine ? needs.bucket : union([needs.bucket, needs.quarantine])
  grants.push(...grantBucket(settings, `${fn.name}-blobs`, { files, member, permissions: onFiles }))
  if (quarantine) {
    const permissions = needs.quarantine
    const name = `${fn.name}-quarantine`
    grants.push(...grantBucket(settings, name, { files: quarantine, member, permissions }))
  }
  if (needs.signs) {
    const role = createRole(settings, `${fn.name}-signer`, ['iam.serviceAccounts.signBlob'])
    grants.push(
      new gcp.serviceaccount.IAMMember(`${fn.name}-signer`, {
        serviceAccountId: account.name,
        role: role.name,
        member,
      }),
    )
  }
  return { email: account.email, member, grants }
}

/** A right on one bucket; none where there is nothing to grant. */
export function grantBucket(
  settings: Settings,
  name: string,
  grant: { files: gcp.storage.Bucket; member: Input<string>; permissions: string[] },
): Resource[] {
  const { files, member, permissions } = grant
  if (permissions.length === 0) return []
  const role = createRole(settings, name, permissions)
  return [new gcp.storage.BucketIAMMember(name, { bucket: files.name, role: role.name, member })]
}

/** A role of this project with exactly these permissions. */
export function createRole(settings: Settings, name: string, permissions: string[]) {
  return new gcp.projects.IAMCustomRole(`role-${name}`, {
    project: settings.project,
    roleId: `${settings.name}_${name}`.replaceAll('-', '_'),
    title: `${settings.name} ${name}`,
    description: 'Generated from what the code calls; see infra/program/permissions.ts',
    permissions,
  })
}
