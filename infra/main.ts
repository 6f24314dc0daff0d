import { createDeployment } from './program/deployment.ts'
import { readSettings } from './program/stack-settings.ts'

/** What `pulumi stack output` shows. */
export const { url, bucket, region, services, dns } = createDeployment(readSettings())
