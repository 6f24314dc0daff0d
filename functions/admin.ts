import { Hono, type Context } from 'hono'
import type { AppEnv } from '../shared/http/app-env.ts'
import { allow } from '../shared/http/auth/allow.ts'
import { parseUserId } from '../shared/http/auth/token.ts'
import { jsonBody } from '../shared/http/body/json-body.ts'
import { quotaBody } from '../shared/api/requests/admin.ts'
import { usageView } from '../shared/api/usage-view.ts'
import { invalid, WorkspaceError } from '../shared/model/errors.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { setQuota, usageOf } from '../shared/workspace/quota.ts'

/** `/admin/workspaces/{user}/quota`: GET shows a user's usage, PUT sets the quota, DELETE restores the default one. */
export const adminRoutes = (ports: Pick<Ports, 'catalog' | 'blobs' | 'limits'>) => {
  const change = async (c: Context<AppEnv>, user: string, quotaBytes: number | null) => {
    const usage = await setQuota(ports, user, quotaBytes)
    c.get('log')({
      severity: 'INFO',
      message: 'Quota changed',
      requestId: c.get('requestId'),
      trace: c.get('trace'),
      administrator: c.get('caller').workspaceId,
      user,
      quotaBytes,
    })
    return c.json(usageView(usage, ports.limits))
  }
  return new Hono<AppEnv>()
    .get('/admin/workspaces/:user/quota', allow('workspace:admin'), async (c) => {
      assertUnbound(c)
      return c.json(usageView(await usageOf(ports, userOf(c.req.param('user'))), ports.limits))
    })
    .put('/admin/workspaces/:user/quota', allow('workspace:admin'), async (c) => {
      assertUnbound(c)
      const user = userOf(c.req.param('user'))
      const { limitBytes } = await jsonBody(c, quotaBody)
      return change(c, user, limitBytes)
    })
    .delete('/admin/workspaces/:user/quota', allow('workspace:admin'), async (c) => {
      assertUnbound(c)
      return change(c, userOf(c.req.param('user')), null)
    })
}

/** A token that is bound to a session has no rights outside that session, even with the scope `workspace:admin`. */
function assertUnbound(c: Context<AppEnv>): void {
  if (c.get('caller').session === undefined) return
  throw new WorkspaceError('forbidden', 'A token that is bound to a session administers nothing.')
}

function userOf(id: string): string {
  try {
    return parseUserId(id)
  } catch (error) {
    if (error instanceof WorkspaceError) throw invalid('user', error.message)
    throw error
  }
}
