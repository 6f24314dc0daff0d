import { loadConfig } from '../../shared/config/load-config.ts'
import { openServer } from '../../shared/http/server/open-server.ts'
import { jsonLog } from '../../shared/observability/json-log.ts'
import { openDeployment } from './deployment.ts'
import { answeringMs, exitAfter, failStart, terminationSignal } from './shutdown.ts'

/**
 * The program of the image: serves the function that `FUNCTION_TARGET` names, without the Functions Framework and Express, which
 * cost half of a cold start. Listens when the function is loaded.
 */
async function main(): Promise<void> {
  const config = loadConfig()
  const { functionTarget, projectId } = config
  const { host, port, shutdownSeconds } = config.server
  if (functionTarget === undefined) throw new Error('FUNCTION_TARGET must name a function')
  await using deployment = openDeployment(config)
  const listener = await deployment.load(functionTarget)
  const closeWithinMs = answeringMs(shutdownSeconds)
  await using server = await openServer(listener, { host, port, closeWithinMs })
  const message = `${functionTarget} is ready at ${server.origin}`
  jsonLog(projectId)({ severity: 'INFO', message })
  await terminationSignal()
  exitAfter(shutdownSeconds)
}

if (import.meta.main) await main().catch(failStart)
