import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kindOf } from '../../../shared/media/file-kind.ts'
import { modifiedAtOf, type FileRecord } from '../../../shared/model/file.ts'
import type { SessionId } from '../../../shared/model/ids.ts'
import type { ListQuery } from '../../../shared/model/listing.ts'
import { infected, user, type Begin, type World } from './world.ts'
import { randomRuns } from './random-runs.ts'

const folders = ['/', '/a/', '/a/b/', '/a-/', '/a0/', '/sessions/s/', '/sessions/s1/', '/é/']
const names = ['A', 'a', 'b%', 'é', '\u{1f600}']
const types = ['image/png', 'application/pdf', 'text/plain', 'application/x-unknown']
const origins = ['user-upload', 'agent-created', 'generated'] as const

/** Files are created every second from this instant on. */
const start = Date.UTC(2026, 0, 1)
const after = (seconds: number) => new Date(start + seconds * 1000).toISOString()
const instant = fc.integer({ min: -25, max: 45 }).map(after)

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
    kind: fc.constantFrom('image', 'document', 'text', 'video'),
    createdAfter: instant,
    createdBefore: instant,
    modifiedAfter: instant,
    modifiedBefore: instant,
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
    const modifiedAt = after(-(i % 20))
    const mimeType = types[i % types.length] ?? 'text/plain'
    const file = await world.reserve(path, {
      maxBytes: 1,
      origin,
      mimeType,
      ...(i % 2 === 0 && { modifiedAt }),
    })
    world.advance(1000)
    if (i % 7 !== 0) {
      await world.settle(file, { mimeType, ...(i % 5 === 0 && { scan: infected }) })
    }
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
    file.name.toLowerCase().includes(nameContains.toLowerCase()) &&
    [undefined, kindOf(file.mimeType)].includes(query.kind) &&
    isBetween(file.createdAt, query.createdAfter, query.createdBefore) &&
    isBetween(modifiedAtOf(file), query.modifiedAfter, query.modifiedBefore)
  )
}

function isBetween(instant: string, from = '', to = '9'): boolean {
  return instant >= from && instant < to
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
