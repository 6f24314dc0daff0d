import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app-env.ts'
import { credentialsOf } from './credentials.ts'
import type { AuthConfig } from './open-authenticator.ts'
import { forbidden, openScheduler, type SchedulerIdentity } from './scheduler.ts'

/** The longest work of one call. Cloud Scheduler waits three minutes for the answer by default. */
export const schedulerBudgetMs = 150_000

export interface SchedulerAccess {
  /** If undefined, no call of a scheduler is accepted. */
  sweepInvoker: SchedulerIdentity | undefined
  auth: Pick<AuthConfig, 'mode'>
}

/** Allows calls of the configured scheduler. Without one, allows calls from this machine if AUTH_MODE is "local". */
export function allowScheduler({ sweepInvoker, auth }: SchedulerAccess): MiddlewareHandler<AppEnv> {
  const authorize = sweepInvoker && openScheduler(sweepInvoker)
  return async (c, next) => {
    const credentials = credentialsOf(c)
    if (authorize) await authorize(credentials)
    else if (auth.mode === 'local') await c.get('authenticate')(credentials)
    else throw forbidden('answers nobody until SWEEP_INVOKER and SWEEP_AUDIENCE are set')
    return next()
  }
}
