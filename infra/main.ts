import { createDeployment } from './program/deployment.ts'
import { readSettings } from './program/stack-settings.ts'

/** The outputs of `pulumi stack output`. */
export const { url, bucket, region, services, dns } = createDeployment(readSettings())
