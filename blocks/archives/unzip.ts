import { mkdir, rename } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { z } from 'zod'
import {
  BlockExecutionError,
  defineBlock,
  media,
  outputMedia,
  programBeside,
} from '../../shared/blocks/sdk.ts'
import { zipOf } from '../fixtures/zip.ts'
import { runProgram } from '../run-program.ts'

const maxFiles = 300
/** General purpose flag 11 (APPNOTE §4.4.4). */
const utf8Names = 0x800

export const unzip = defineBlock({
  id: '5c8d1f7e-60b3-4a29-9e47-d3b2a6c0f815',
  name: 'Unzip',
  description:
    'Extracts the files of a zip archive, at most 300 in a run. Scans each file. Refuses encrypted archives, links, names that lead out of the archive, and bombs.',
  categories: ['archives'],
  idempotent: true,
  input: z.object({
    archive: media({ accept: 'application/zip' }).meta({ title: 'Archive' }),
    folder: z.string().max(1024).default('').meta({
      title: 'Folder',
      description: 'Extracts only this folder of the archive',
      placeholder: 'photos/2026/',
    }),
  }),
  output: z.object({
    file: outputMedia().meta({ title: 'File' }),
    path: z.string().meta({ title: 'Path', description: 'The path of the file in the archive' }),
  }),
  async *run({ input: { archive, folder }, output, context }) {
    const target = await context.newPath('files', '')
    await mkdir(join(context.directory, target))
    const program = programBeside(import.meta.url, 'unzip-process')
    const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`
    const job = { source: archive, folder: target, prefix, maxFiles }
    const { names } = namesSchema.parse(await runProgram(context, program, job, { failure }))
    if (names.length === 0) {
      throw new BlockExecutionError(`This archive has no files${folder && ` in "${folder}"`}.`)
    }
    for (const [index, name] of names.entries()) {
      const path = await context.newPath(...stemAndEnding(name))
      await rename(join(context.directory, target, `${index}`), join(context.directory, path))
      yield output.file(path)
      yield output.path(name)
    }
  },
  tests: [
    {
      files: {
        '/a.zip': zipOf([
          ['a.txt', 'one'],
          ['b/', ''],
          ['b/a.txt', 'two'],
        ]),
      },
      input: { archive: 'workspace:///a.zip' },
      output: [
        ['file', z.string().endsWith('#text/plain')],
        ['path', 'a.txt'],
        ['file', z.string().endsWith('#text/plain')],
        ['path', 'b/a.txt'],
      ],
      async check({ values, read }) {
        const texts = await Promise.all(
          values('file').map(async (it) => (await read(it)).toString()),
        )
        if (texts.join() !== 'one,two') throw new Error(`The files are ${texts.join()}`)
      },
    },
    {
      name: 'extracts one folder',
      files: {
        '/a.zip': zipOf([
          ['a.txt', 'one'],
          ['b/a.txt', 'two'],
          ['bc/a.txt', 'three'],
        ]),
      },
      input: { archive: 'workspace:///a.zip', folder: 'b' },
      output: [
        ['file', z.string().endsWith('#text/plain')],
        ['path', 'b/a.txt'],
      ],
    },
    {
      name: 'says that a folder is not there',
      files: { '/a.zip': zipOf([['a.txt', 'one']]) },
      input: { archive: 'workspace:///a.zip', folder: 'c' },
      output: [['error', 'This archive has no files in "c".']],
    },
    ...['../up.txt', '/etc/passwd', 'a/../../up.txt'].map((name) => ({
      name: `refuses the name ${name}`,
      files: { '/a.zip': zipOf([[name, 'one']]) },
      input: { archive: 'workspace:///a.zip' },
      output: [['error', /^This archive cannot be read: /] as const],
    })),
    {
      name: 'refuses an archive with a link',
      files: { '/a.zip': zipOf([['link', '/etc/passwd', { mode: 0o120777 }]]) },
      input: { archive: 'workspace:///a.zip' },
      output: [['error', '"link" in this archive is a link or a device, not a file.']],
    },
    {
      name: 'refuses names that are too long together, as the output of the run writes them',
      files: {
        '/a.zip': zipOf(
          Array.from({ length: 200 }, (_, index) => [
            `${index}${'\u0001'.repeat(1000)}`,
            'one',
            { flags: utf8Names },
          ]),
        ),
      },
      input: { archive: 'workspace:///a.zip' },
      output: [['error', 'This archive has names that are too long.']],
    },
    {
      name: 'refuses an encrypted archive',
      files: { '/a.zip': zipOf([['a.txt', 'twelve bytes and one', { flags: 1 }]]) },
      input: { archive: 'workspace:///a.zip' },
      output: [['error', /encrypted/]],
    },
    {
      name: 'refuses an archive that is encrypted with AES',
      files: { '/a.zip': zipOf([['a.txt', 'twelve bytes and one', { flags: 1, method: 99 }]]) },
      input: { archive: 'workspace:///a.zip' },
      output: [['error', /encrypted/]],
    },
    {
      name: 'refuses a method of compression that it cannot read',
      files: { '/a.zip': zipOf([['a.txt', 'one', { method: 14 }]]) },
      input: { archive: 'workspace:///a.zip' },
      output: [['error', /^"a.txt" is compressed with method 14/]],
    },
    {
      name: 'says that an archive is cut off',
      files: { '/a.zip': zipOf([['a.txt', 'one']]).subarray(0, -10) },
      input: { archive: 'workspace:///a.zip' },
      output: [['error', /^This archive cannot be read: /]],
    },
    {
      name: 'refuses a file whose checksum is wrong',
      files: { '/a.zip': zipOf([['a.txt', 'one', { crc: 1 }]]) },
      input: { archive: 'workspace:///a.zip' },
      output: [['error', 'This archive cannot be read: wrong checksum of "a.txt".']],
    },
  ],
})

const failure = 'This archive cannot be extracted.'
const namesSchema = z.object({ names: z.array(z.string()).max(maxFiles) })

/** The last segment of a path in an archive, without characters that a file on this machine cannot have. */
function stemAndEnding(name: string): [string, string] {
  const last = name.slice(name.lastIndexOf('/') + 1).replaceAll(/\p{Cc}/gu, '_')
  const { name: stem, ext } = parse(last)
  return stem === '.' || stem === '..' ? ['file', ''] : [stem, ext]
}
