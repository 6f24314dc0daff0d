import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { command, say } from './command.ts'
import { bucketOf, dataOf } from './data.ts'
import { googleApis } from './google.ts'
import { run, stackSettings } from './stack.ts'

const { values } = parseArgs({
  options: {
    /** The data may go: said once. */
    'with-data': { type: 'boolean', default: false },
    /** The name of the bucket, so that it is the right one: said twice. Asked for when it is not given. */
    confirm: { type: 'string' },
  },
})

await command(async () => {
  const settings = stackSettings()
  const data = await dataOf(await googleApis(settings.project), settings)
  if (data.length > 0) await mayGo(data, bucketOf(settings))
  // Takes the locks off bucket and database, which otherwise nothing destroys.
  await run('pulumi', ['config', 'set', 'coffer:protectData', 'false'])
  try {
    await run('pulumi', ['up', '--yes', '--skip-preview'])
    await run('pulumi', ['destroy', '--yes'])
  } finally {
    await run('pulumi', ['config', 'rm', 'coffer:protectData'])
  }
  say('Everything is gone. The APIs stay on, and so does the project.')
})

async function mayGo(data: string[], bucket: string): Promise<void> {
  const there = data.join(', and ')
  if (!values['with-data']) {
    throw new Error(
      `Nothing was destroyed: ${there}. Back it up (docs/deploy.md); to lose it run: npm run destroy -- --with-data`,
    )
  }
  if ((values.confirm ?? (await asked(there, bucket))) !== bucket) {
    throw new Error(`Nothing was destroyed: that is not the name of the bucket, ${bucket}.`)
  }
}

async function asked(there: string, bucket: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await terminal.question(`${there}.\nTo destroy it for good, type ${bucket}: `)
  } finally {
    terminal.close()
  }
}
