import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileRecord } from '../../../shared/model/file.ts'
import type { SessionId } from '../../../shared/model/ids.ts'
import type { ListQuery } from '../../../shared/model/listing.ts'
import { infected, user, type Begin, type World } from './world.ts'
import { randomRuns } from './random-runs.ts'

const folders = ['/', '/a/', '/a/b/', '/a-/', '/a0/', '/sessions/s/', '/sessions/s1/', '/é/']
const names = ['A', 'a', 'b%', 'é', '\u{1f600}']
const origins = ['user-upload', 'agent-created', 'generated'] as const

const query: fc.Arbitrary<Partial<ListQuery>> = fc.record(
  {
    sort: fc.constantFrom('created', 'path'),
    descending: fc.boolean(),
    deleted: fc.boolean(),
    prefix: fc.constantFrom('', ...folders, '/a', '/sessions', '/sessions/s', '/é/é', '/z'),
    sessionId: fc.constantFrom('s' as SessionId, 's1' as SessionId),
    state: fc.constantFrom('pending', 'ready', 'infected'),
    origin: fc.constantFrom(...origins),
    nameContains: fc.constantFrom('a', 'É', '%', '_'),
    folders: fc.boolean(),
    limit: fc.integer({ min: 1, max: 20 }),
    maxExamined: fc.integer({ min: 1, max: 20 }),
  },
  { requiredKeys: ['sort', 'descending', 'limit', 'deleted'] },
)

/** Every name in every folder, in all states and with all origins. One file in eight is overwritten and one in eight is deleted. */
async function fill(world: World): Promise<void> {
  const paths = folders.flatMap((folder) => names.map((name) => folder + name))
  for (const [i, path] of paths.entries()) {
    const origin = origins[i % origins.length] ?? 'generated'
    const file = await world.reserve(path, { maxBytes: 1, origin })
    if (i % 7 !== 0) await world.settle(file, i % 5 === 0 ? { scan: infected } : {})
    if (i % 8 === 1) await world.upload(path, { maxBytes: 1, onConflict: 'replace' })
    if (i % 8 === 2) await world.catalog.remove(user, file.id)
  }
}

export function describeListModel(begin: Begin): void {
  describe('random list queries', () => {
    test('return the same files as filtering and sorting all records', async () => {
      await using world = await begin()
      await fill(world)
      const all: FileRecord[] = []
      for (const deleted of [false, true]) all.push(...(await world.list({ deleted })).files)
      const property = fc.asyncProperty(query, async (asked) => {
        const query = asked.sort === 'path' ? asked : { ...asked, folders: false }
        const files = all.filter((file) => matches(file, query)).toSorted(order(query))
        const { total = { files: -1, isMinimum: false } } = await world.list({
          ...query,
          total: true,
        })
        const counted = total.isMinimum ? Math.min(total.files, files.length) : files.length
        expect(total.files).toBe(counted)
        expect(await entries(world, query)).toEqual(expected(files, query))
      })
      await expect(fc.assert(property, randomRuns({ weight: 5 }))).resolves.toBeUndefined()
    })
  })
}

function matches(file: FileRecord, query: Partial<ListQuery>): boolean {
  const { prefix = '', sessionId, state, origin, nameContains = '' } = query
  return (
    file.isDeleted === query.deleted &&
    file.path.startsWith(prefix) &&
    [undefined, file.sessionId].includes(sessionId) &&
    [undefined, file.state].includes(state) &&
    [undefined, file.origin].includes(origin) &&
    file.name.toLowerCase().includes(nameContains.toLowerCase())
  )
}

function order({ sort, descending }: Partial<ListQuery>) {
  return (a: FileRecord, b: FileRecord) => {
    const byPath = sort === 'path' ? Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)) : 0
    return (byPath || a.sequence - b.sequence) * (descending ? -1 : 1)
  }
}

function expected(files: FileRecord[], { prefix = '', folders }: Partial<ListQuery>): string[][] {
  const texts = files.map((file) => {
    const slash = folders ? file.path.indexOf('/', prefix.length) : -1
    return slash === -1 ? `${file.path} ${file.sequence}` : file.path.slice(0, slash + 1)
  })
  const distinct = [...new Set(texts)]
  return [
    distinct.filter((text) => !text.endsWith('/')),
    distinct.filter((text) => text.endsWith('/')),
  ]
}

/** Returns files and folders of all pages, each in page order. Checks that every page except the last is full or incomplete. */
async function entries(world: World, query: Partial<ListQuery>): Promise<string[][]> {
  const files: string[] = []
  const folders: string[] = []
  let after: ListQuery['after']
  do {
    const page = await world.list({ ...query, ...(after && { after }) })
    files.push(...page.files.map((file) => `${file.path} ${file.sequence}`))
    folders.push(...page.folders)
    const size = page.files.length + page.folders.length
    expect(size === query.limit || page.next === undefined || page.isIncomplete).toBe(true)
    after = page.next
  } while (after)
  return [files, folders]
}
