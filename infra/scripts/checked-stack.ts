import type { Settings } from '../program/settings.ts'
import { googleApis } from './google.ts'
import { preflight } from './preflight-checks.ts'
import { stackSettings } from './stack.ts'

/** The stack's settings, once its project has all that a deployment needs. Throws with everything that is missing. */
export async function checkedStack(): Promise<Settings> {
  const settings = stackSettings()
  const problems = await preflight(await googleApis(settings.project), settings)
  if (problems.length > 0) {
    const list = problems.map((problem) => `- ${problem}`).join('\n')
    throw new Error(`Nothing was created. What is missing first:\n${list}`)
  }
  return settings
}
