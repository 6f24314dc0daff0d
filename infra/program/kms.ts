import * as gcp from '@pulumi/gcp'
import type { Output, Resource } from '@pulumi/pulumi'
import type { Settings } from './settings.ts'

/** Lets Cloud Storage and Firestore encrypt with a customer-managed key. Bucket and database depend on it. */
export function grantKey(settings: Settings, key: string, dependsOn: Resource[]): Resource[] {
  const { project } = settings
  const storage = gcp.storage.getProjectServiceAccountOutput({ project }, { dependsOn }).member
  const firestore = new gcp.projects.ServiceIdentity(
    'firestore',
    { project, service: 'firestore.googleapis.com' },
    { dependsOn },
  ).member
  const grant = (name: string, member: Output<string>) =>
    new gcp.kms.CryptoKeyIAMMember(name, {
      cryptoKeyId: key,
      role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
      member,
    })
  return [grant('storage-key', storage), grant('firestore-key', firestore)]
}
