import type { Settings } from '../program/settings.ts'
import { googleApis } from './google.ts'
import { preflight } from './preflight-checks.ts'
import { stackSettings } from './stack.ts'

/** Returns the settings of the stack. Throws an `Error` that lists everything that the project lacks for a deployment. */
export async function checkedStack(): Promise<Settings> {
  const settings = stackSettings()
  const problems = await preflight(await googleApis(settings.project), settings)
  if (problems.length > 0) {
    const list = problems.map((problem) => `- ${problem}`).join('\n')
    throw new Error(`Nothing was created. Missing:\n${list}`)
  }
  return settings
}
