import { writeFile } from 'node:fs/promises'
import type { Generated } from './formatted.ts'
import { generatedFunctions } from './manifest.ts'

// Writes what is made from the source: functions.json first, for the pages show what the program does with it.
await write(await generatedFunctions())
const { generatedPages } = await import('./pages.ts')
await Promise.all((await generatedPages()).map(write))

async function write({ file, text }: Generated): Promise<void> {
  await writeFile(file, text)
  process.stdout.write(`${file}\n`)
}
