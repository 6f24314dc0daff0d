import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { command, say } from './command.ts'
import { bucketOf, dataOf } from './data.ts'
import { googleApis } from './google.ts'
import { run, stackSettings } from './stack.ts'

const { values } = parseArgs({
  options: {
    /** First confirmation that data may be deleted. */
    'with-data': { type: 'boolean', default: false },
    /** Second confirmation: the name of the bucket. Asked for if omitted. */
    confirm: { type: 'string' },
  },
})

await command(async () => {
  const settings = stackSettings()
  const data = await dataOf(await googleApis(settings.project), settings)
  if (data.length > 0) await confirmLoss(data, bucketOf(settings))
  // Removes the protection of bucket and database.
  await run('pulumi', ['config', 'set', 'coffer:protectData', 'false'])
  try {
    await run('pulumi', ['up', '--yes', '--skip-preview'])
    await run('pulumi', ['destroy', '--yes'])
  } finally {
    await run('pulumi', ['config', 'rm', 'coffer:protectData'])
  }
  say('All resources are destroyed. The project and its enabled APIs remain.')
})

async function confirmLoss(data: string[], bucket: string): Promise<void> {
  const there = data.join(', and ')
  if (!values['with-data']) {
    throw new Error(
      `Nothing was destroyed: ${there}. Back it up (docs/deploy.md), or delete it with: npm run destroy -- --with-data`,
    )
  }
  if ((values.confirm ?? (await asked(there, bucket))) !== bucket) {
    throw new Error(`Nothing was destroyed: that is not the name of the bucket, ${bucket}.`)
  }
}

async function asked(there: string, bucket: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await terminal.question(`${there}.\nTo delete this data permanently, type ${bucket}: `)
  } finally {
    terminal.close()
  }
}
