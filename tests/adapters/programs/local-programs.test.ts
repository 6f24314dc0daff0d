import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLocalPrograms } from '../../../shared/adapters/programs/local-programs.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { isSandboxForbidden } from './sandbox-forbidden.ts'

const programs = openLocalPrograms({ requiresSandbox: false })
const signal = () => AbortSignal.timeout(20_000)

async function run(directory: string, program: string, ...args: string[]) {
  const request = { program, args, directory, signal: signal(), maxOutputBytes: 65_536 }
  const ended = await programs.run(request)
  return ended.how === 'exit' ? ended.output.toString().trim() : ended
}

test('a program has no variables of the service', async () => {
  await using directory = await temporaryDirectory()
  process.env['COFFER_SECRET'] = 'secret'
  const variables = await run(directory.path, 'env')
  delete process.env['COFFER_SECRET']
  expect(variables).toContain(`HOME=${directory.path}`)
  expect(variables).not.toContain('secret')
})

test('a program that is not installed is reported', async () => {
  await using directory = await temporaryDirectory()
  expect(await run(directory.path, 'no-such-program')).toEqual({ how: 'missing' })
})

test.skipIf(isSandboxForbidden())('a program sees its directory and programs only', async () => {
  await using directory = await temporaryDirectory()
  await using other = await temporaryDirectory()
  await writeFile(join(other.path, 'secret'), 'secret')
  await writeFile(join(directory.path, 'source'), 'source')
  const script = `cat source; cat ${other.path}/secret /etc/passwd; ls /home /root`
  expect(await run(directory.path, 'sh', '-c', script)).toBe('source')
})

test.skipIf(isSandboxForbidden())(
  'a program of Node reads its folder and packages, and nothing beside them',
  async () => {
    await using project = await temporaryDirectory()
    await using directory = await temporaryDirectory()
    const folder = join(project.path, 'blocks')
    await mkdir(join(project.path, 'node_modules/left'), { recursive: true })
    await mkdir(folder)
    await writeFile(join(project.path, 'data'), 'data')
    await writeFile(join(project.path, 'node_modules/left/index.js'), 'module.exports = "left"')
    const program = join(folder, 'a-process.mjs')
    await writeFile(
      program,
      `import left from 'left'
       import { existsSync } from 'node:fs'
       console.log(left, process.argv[2], existsSync(${JSON.stringify(join(project.path, 'data'))}))`,
    )
    expect(await run(directory.path, 'node', program, 'argument')).toBe('left argument false')
  },
)

test.runIf(isSandboxForbidden())(
  'without a sandbox, programs that require one are not started',
  async () => {
    await using directory = await temporaryDirectory()
    const strict = openLocalPrograms({ requiresSandbox: true })
    const request = { program: 'true', args: [], directory: directory.path, maxOutputBytes: 10 }
    expect(await strict.run({ ...request, signal: signal() })).toEqual({ how: 'no-sandbox' })
  },
)
