import * as gcp from '@pulumi/gcp'
import { interpolate, type Input, type Output, type Resource } from '@pulumi/pulumi'
import { permissionsOf } from './access.ts'
import type { CloudFunction } from './functions.ts'
import type { Settings } from '../settings.ts'

export interface Identity {
  email: Output<string>
  /** `serviceAccount:{email}`. */
  member: Output<string>
  /** The first instance starts after these grants. */
  grants: Resource[]
}

/** The stores on which functions have rights. */
export interface Stores {
  database: gcp.firestore.Database
  files: gcp.storage.Bucket
  /** Contains infected bytes. Without this bucket they stay in `files`. */
  quarantine: gcp.storage.Bucket | undefined
}

/** A service account without keys or rights. */
export function createAccount(settings: Settings, name: string, purpose: string) {
  return new gcp.serviceaccount.Account(name, {
    project: settings.project,
    accountId: `${settings.name}-${name}`,
    displayName: `${settings.name} ${name}`,
    description: purpose,
  })
}

/** The service account of a function, with the rights that `functions.ts` lists for it. */
export function createIdentity(settings: Settings, fn: CloudFunction, stores: Stores): Identity {
  const account = createAccount(settings, fn.name, `The service account of the function ${fn.name}`)
  const { member } = account
  const { documents, objects, quarantine } = permissionsOf(fn)
  const grants: Resource[] = [
    grantDatabase(settings, `${fn.name}-catalog`, { stores, member, permissions: documents }),
    ...grantBucket(settings, `${fn.name}-blobs`, {
      bucket: stores.files,
      member,
      permissions: stores.quarantine ? objects : [...new Set([...objects, ...quarantine])],
    }),
  ]
  if (stores.quarantine) {
    const grant = { bucket: stores.quarantine, member, permissions: quarantine }
    grants.push(...grantBucket(settings, `${fn.name}-quarantine`, grant))
  }
  if (fn.signsLinks) grants.push(grantSigning(settings, `${fn.name}-signer`, account))
  return { email: account.email, member, grants }
}

/** Grants permissions on the one database of the catalog. */
function grantDatabase(
  settings: Settings,
  name: string,
  {
    stores,
    member,
    permissions,
  }: { stores: Stores; member: Output<string>; permissions: string[] },
): Resource {
  const role = createRole(settings, name, permissions)
  return new gcp.projects.IAMMember(name, {
    project: settings.project,
    role: role.name,
    member,
    condition: {
      title: 'this-database',
      expression: interpolate`resource.name == "projects/${settings.project}/databases/${stores.database.name}"`,
    },
  })
}

/** Lets an account sign links as itself. Cloud Storage checks a link with the permissions of its signer. */
function grantSigning(
  settings: Settings,
  name: string,
  account: gcp.serviceaccount.Account,
): Resource {
  const role = createRole(settings, name, ['iam.serviceAccounts.signBlob'])
  return new gcp.serviceaccount.IAMMember(name, {
    serviceAccountId: account.name,
    role: role.name,
    member: account.member,
  })
}

/** Grants permissions on one bucket. Grants nothing for an empty list. */
export function grantBucket(
  settings: Settings,
  name: string,
  grant: { bucket: gcp.storage.Bucket; member: Input<string>; permissions: string[] },
): Resource[] {
  const { bucket, member, permissions } = grant
  if (permissions.length === 0) return []
  const role = createRole(settings, name, permissions)
  return [new gcp.storage.BucketIAMMember(name, { bucket: bucket.name, role: role.name, member })]
}

/** A custom role with exactly these permissions. */
export function createRole(settings: Settings, name: string, permissions: string[]) {
  return new gcp.projects.IAMCustomRole(`role-${name}`, {
    project: settings.project,
    roleId: `${settings.name}_${name}`.replaceAll('-', '_'),
    title: `${settings.name} ${name}`,
    description: 'Permissions of one function on one resource: infra/program/services/functions.ts',
    permissions: permissions.toSorted(),
  })
}
