import { parseArgs } from 'node:util'
import { checkedStack } from './checked-stack.ts'
import { command, say } from './command.ts'
import { deployFirebase } from './firebase.ts'
import { run, stackOutput } from './stack.ts'

const { values } = parseArgs({
  options: {
    /** Asks nothing: for CI. */
    yes: { type: 'boolean', default: false },
    'skip-firebase': { type: 'boolean', default: false },
  },
})

// Looks at what is there first; then Pulumi shows what it would do, asks, and does it.
await command(async () => {
  const settings = await checkedStack()
  await run('pulumi', ['up', ...(values.yes ? ['--yes'] : [])])
  if (!values['skip-firebase']) await deployFirebase(settings)
  say(`Coffer is at ${stackOutput('url')}`)
})
