import { applicationDefaultCredentials } from '../adapters/google/application-default.ts'
import type { GoogleCredentials } from '../adapters/google/credentials.ts'
import { metadataServerCredentials } from '../adapters/google/metadata-server.ts'
import type { Config } from '../config/config.ts'

/** The credentials of a process for Google's APIs, which share one access token. */
export function googleCredentials({ hasMetadataServer }: Config['google']): GoogleCredentials {
  return hasMetadataServer ? metadataServerCredentials() : applicationDefaultCredentials()
}
