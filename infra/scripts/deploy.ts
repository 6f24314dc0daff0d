import { parseArgs } from 'node:util'
import { checkedStack } from './checked-stack.ts'
import { command, say } from './command.ts'
import { deployFirebase } from './firebase.ts'
import { run, stackOutput } from './stack.ts'

const { values } = parseArgs({
  options: {
    /** Asks no questions, for CI. */
    yes: { type: 'boolean', default: false },
    'skip-firebase': { type: 'boolean', default: false },
  },
})

// Checks the project; then Pulumi shows its plan, asks, and applies it.
await command(async () => {
  const settings = await checkedStack()
  await run('pulumi', ['up', ...(values.yes ? ['--yes'] : [])])
  if (!values['skip-firebase']) await deployFirebase(settings)
  say(`Coffer is at ${stackOutput('url')}`)
})
