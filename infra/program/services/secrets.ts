import * as gcp from '@pulumi/gcp'
import type { Identity } from './identity.ts'
import type { Settings } from '../settings.ts'

/**
 * Lets a function read the secrets that its variables name. Operators store the values in Secret Manager by hand, so that code,
 * configuration and Pulumi's state contain no secret.
 */
export function grantSecrets(settings: Settings, name: string, { member, grants }: Identity): void {
  const ids = new Set(Object.values(settings.secrets).map(({ secret }) => secret))
  for (const secretId of ids) {
    grants.push(
      new gcp.secretmanager.SecretIamMember(`${name}-${secretId}`, {
        project: settings.project,
        secretId,
        role: 'roles/secretmanager.secretAccessor',
        member,
      }),
    )
  }
}
