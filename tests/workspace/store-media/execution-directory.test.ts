import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openExecutions } from '../../../shared/workspace/store-media/executions.ts'

const nobody = 65534

/** Root ignores write permissions. */
const isRoot = process.getuid?.() === 0

let temporaryDirectory: string
let root: string

beforeEach(async () => {
  if (isRoot) process.seteuid?.(nobody)
  temporaryDirectory = await mkdtemp(join(tmpdir(), 'coffer-executions-'))
  root = join(temporaryDirectory, 'exec_file')
  await mkdir(root, { mode: 0o700 })
})
afterEach(async () => {
  if (isRoot) process.seteuid?.(0)
  await rm(temporaryDirectory, { recursive: true, force: true })
})

/** Makes read-only directories like `go mod download`. */
async function putReadOnly(directory: string) {
  const inner = join(directory, 'module', 'inner')
  await mkdir(inner, { recursive: true, mode: 0o700 })
  await writeFile(join(inner, 'a.txt'), 'a')
  await chmod(inner, 0o500)
  await chmod(join(directory, 'module'), 0o500)
}

describe('a read-only directory that a program made', () => {
  test('is removed by cleanExecution', async () => {
    await putReadOnly(join(root, 'run-1'))
    await openExecutions({ temporaryDirectory }).clean('run-1')
    expect(await readdir(root, { recursive: true })).toEqual(['.incoming'])
  })

  test('is removed one day after a crash', async () => {
    const left = join(root, '.incoming', 'left')
    await mkdir(join(root, '.incoming'), { mode: 0o700 })
    await putReadOnly(left)
    await utimes(left, new Date(0), new Date(0))
    const executions = openExecutions({ temporaryDirectory })
    expect(await executions.within('run-1', undefined, async () => 'works')).toBe('works')
    expect(await readdir(join(root, '.incoming'))).toEqual([])
  })
})
