import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cachedBundle } from '../../../functions/host/cached-bundle.js'
import { temporaryDirectory } from '../../support/disk-store.ts'

/** A project with two sources, whose bundle is a text with its number. */
async function openProject() {
  const opened = await temporaryDirectory()
  const project = opened.path
  await mkdir(join(project, 'sources'))
  const edit = (name: string, text: string) => writeFile(join(project, 'sources', name), text)
  await edit('a.ts', 'a')
  await edit('b.ts', 'b')
  const cache = join(project, 'cache')
  let builds = 0
  const build = (directory: string) => {
    builds += 1
    return writeFile(join(directory, 'main.js'), String(builds))
  }
  return {
    edit,
    kept: () => readdir(cache),
    start: async (how = build) =>
      readFile(
        join(
          await cachedBundle({ project, inputs: ['sources/**/*.ts'], cache, build: how }),
          'main.js',
        ),
        'utf8',
      ),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

test('builds a bundle once for the same inputs', async () => {
  await using project = await openProject()
  expect([await project.start(), await project.start()]).toEqual(['1', '1'])
})

test('builds a new bundle after a change, and finds the old one after its return', async () => {
  await using project = await openProject()
  await project.start()
  await project.edit('b.ts', 'changed')
  expect(await project.start()).toBe('2')
  await project.edit('c.ts', 'new')
  expect(await project.start()).toBe('3')
  await project.edit('b.ts', 'b')
  expect(await project.start()).toBe('4')
})

const fail = async (directory: string) => {
  await writeFile(join(directory, 'main.js'), 'half')
  throw new Error('no bundler')
}

test('leaves nothing of a failed build, and builds again', async () => {
  await using project = await openProject()
  await expect(project.start(fail)).rejects.toThrow('no bundler')
  expect(await project.kept()).toEqual([])
  expect(await project.start()).toBe('1')
})

/** Builds while another process completes the same bundle. */
const overtaken = async (directory: string) => {
  const final = directory.replace(/\.\d+$/, '')
  await mkdir(final)
  await writeFile(join(final, 'main.js'), 'theirs')
  await access(directory)
}

test('returns a bundle that another process completes first', async () => {
  await using project = await openProject()
  expect(await project.start(overtaken)).toBe('theirs')
  expect(await project.kept()).toHaveLength(1)
})
