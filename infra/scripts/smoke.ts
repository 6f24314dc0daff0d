import { root } from '../program/sources.ts'
import { command } from './command.ts'
import { run, stackOutput } from './stack.ts'

// Runs the black-box suite of tests/e2e against the deployment. docs/deploy.md describes the tokens.
await command(async () => {
  const url = stackOutput('url')
  const suite = ['vitest', 'run', 'tests/e2e/deployed/deployed.test.ts']
  await run('env', [`API_URL=${url}`, 'OWN_STORAGE=false', 'npx', ...suite], root)
})
