import { root } from '../program/sources.ts'
import { command } from './command.ts'
import { run, stackOutput } from './stack.ts'

// The black-box suite of tests/e2e against what was deployed. How it gets tokens is in docs/deploy.md.
await command(async () => {
  const url = stackOutput('url')
  const suite = ['vitest', 'run', 'tests/e2e/deployed.test.ts']
  await run('env', [`API_URL=${url}`, 'OWN_STORAGE=false', 'npx', ...suite], root)
})
