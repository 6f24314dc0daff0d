import { Hono } from 'hono'
import { runsQuery } from '../../shared/api/requests/blocks.ts'
import { runSummary, runView } from '../../shared/api/run-view.ts'
import type { Executor } from '../../shared/blocks/run/executor.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { parseQuery } from '../../shared/http/query.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { listRuns, readRun } from '../../shared/workspace/runs/read-runs.ts'

/** `/runs` lists, reads and cancels the runs of blocks. */
export const runRoutes = (
  ports: Pick<Ports, 'runs'>,
  open: () => Promise<{ executor: Pick<Executor, 'cancel'> }>,
) =>
  new Hono<AppEnv>()
    .get('/runs', allow('blocks:run'), async (c) => {
      const query = parseQuery(c, runsQuery)
      const { runs, ...page } = await listRuns(ports, c.get('caller'), query)
      return c.json({ runs: runs.map(runSummary), ...page })
    })
    .get('/runs/:id', allow('blocks:run'), async (c) =>
      c.json(runView(await readRun(ports, c.get('caller'), c.req.param('id')))),
    )
    .delete('/runs/:id', allow('blocks:run'), async (c) => {
      const id = c.req.param('id')
      const { executor } = await open()
      await executor.cancel(c.get('caller'), id)
      const recorded = await readRun(ports, c.get('caller'), id)
      return c.json(runView(recorded), recorded.run.state === 'running' ? 202 : 200)
    })
