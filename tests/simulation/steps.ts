import fc from 'fast-check'
import type { OnConflict } from '../../shared/model/conflict/on-conflict.ts'

/** Size and kind of a file's bytes. `later` and `latest` kinds are detected only by newer signatures. */
export interface Content {
  sizeBytes: number
  kind: 'clean' | 'virus' | 'later-virus' | 'latest-virus' | 'encrypted' | 'later-encrypted'
}

export type Step =
  | {
      do: 'upload'
      path: Path
      content: Content
      size: 'known' | 'unknown' | 'too-small'
      abortsBody: boolean
      condition: Condition
    }
  | {
      do: 'open'
      path: Path
      content: Content
      checksum: 'right' | 'wrong' | 'none'
      condition: Condition
    }
  | { do: 'send'; pick: number; upToPercent: number }
  | { do: 'deliver'; pick: number; redeliver: boolean; scanner?: 'before' | 'after' | undefined }
  | { do: 'remove'; pick: number; path?: Path | undefined; purge: boolean; ifMatch: boolean }
  | { do: 'removeSession'; purge: boolean }
  | { do: 'restore'; pick: number; path?: Path | undefined; onConflict: OnConflict }
  | {
      do: 'update'
      pick: number
      path?: Path | undefined
      onConflict: OnConflict
      metadata: number
    }
  | { do: 'copy'; pick: number; path: Path; onConflict: OnConflict }
  | { do: 'restoreVersion'; pick: number }
  | { do: 'read'; pick: number; path?: Path | undefined }
  | {
      do: 'sweep'
      dryRun: boolean
      listings?: 'truncated' | 'fail' | undefined
      scanner?: 'before' | 'after' | undefined
    }
  | { do: 'rescan'; maxFiles: number; scanner?: 'before' | 'after' | undefined }

export type Condition = 'create' | 'rename' | 'overwrite' | 'absent' | 'any' | 'this' | 'other'

export const paths = ['/a', '/b', '/sessions/s/c', '/sessions/s/d'] as const
type Path = (typeof paths)[number]

const path = fc.constantFrom(...paths)
/** Index of a file, counted from the newest. Most steps use one of the newest three. */
const pick = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 2 }) }, fc.nat({ max: 9 }))
const onConflict = fc.constantFrom<OnConflict>('fail', 'fail', 'replace', 'rename')
const rarely = fc.constantFrom(false, false, false, false, true)
const maybePath = fc.option(path, { nil: undefined })
const scanner = fc.option(fc.constantFrom('before' as const, 'after' as const), {
  freq: 6,
  nil: undefined,
})
const content: fc.Arbitrary<Content> = fc.record({
  sizeBytes: fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 20 }) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 42 }) },
  ),
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant('clean') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'virus',
        'later-virus',
        'latest-virus',
        'encrypted',
        'later-encrypted',
      ),
    },
  ),
})
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 5, arbitrary: fc.constant('overwrite') },
  { weight: 3, arbitrary: fc.constant('create') },
  { weight: 2, arbitrary: fc.constant('rename') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('absent', 'any', 'any', 'this', 'this', 'this', 'other'),
  },
)

const upload = fc.record({
  do: fc.constant('upload' as const),
  path,
  content,
  condition,
  size: fc.constantFrom('known', 'known', 'known', 'unknown', 'unknown', 'too-small'),
  abortsBody: fc.constantFrom(...Array<boolean>(9).fill(false), true),
})
const open = fc.record({
  do: fc.constant('open' as const),
  path,
  content,
  condition,
  checksum: fc.constantFrom('none', 'right', 'wrong'),
})
const send = fc.record({
  do: fc.constant('send' as const),
  pick: fc.nat({ max: 2 }),
  upToPercent: fc.constantFrom(100, 100, 50),
})
const deliver = fc.record({
  do: fc.constant('deliver' as const),
  pick: fc.nat({ max: 3 }),
  redeliver: rarely,
  scanner,
})
const remove = fc.record({
  do: fc.constant('remove' as const),
  pick,
  path: maybePath,
  purge: rarely,
  ifMatch: rarely,
})
const removeSession = fc.record({ do: fc.constant('removeSession' as const), purge: fc.boolean() })
const restore = fc.record({
  do: fc.constant('restore' as const),
  pick,
  path: maybePath,
  onConflict,
})
const restoreVersion = fc.record({ do: fc.constant('restoreVersion' as const), pick })
const update = fc.record({
  do: fc.constant('update' as const),
  pick,
  path: maybePath,
  onConflict,
  metadata: fc.nat({ max: 9 }),
})
const leaveSession = fc.record({
  do: fc.constant('update' as const),
  pick,
  path: fc.constantFrom('/a', '/b'),
  onConflict: fc.constant('fail' as const),
  metadata: fc.constant(0),
})
const copy = fc.record({ do: fc.constant('copy' as const), pick, path, onConflict })
const read = fc.record({ do: fc.constant('read' as const), pick, path: maybePath })
const sweep = fc.record({
  do: fc.constant('sweep' as const),
  dryRun: rarely,
  listings: fc.option(fc.constantFrom('truncated' as const, 'fail' as const), {
    freq: 4,
    nil: undefined,
  }),
  scanner,
})
const rescan = fc.record({
  do: fc.constant('rescan' as const),
  maxFiles: fc.integer({ min: 1, max: 9 }),
  scanner,
})

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: upload },
  { weight: 3, arbitrary: open },
  { weight: 4, arbitrary: send },
  { weight: 9, arbitrary: deliver },
  { weight: 3, arbitrary: remove },
  { weight: 1, arbitrary: removeSession },
  { weight: 3, arbitrary: restore },
  { weight: 2, arbitrary: restoreVersion },
  { weight: 3, arbitrary: update },
  { weight: 2, arbitrary: copy },
  { weight: 2, arbitrary: read },
  { weight: 2, arbitrary: sweep },
  { weight: 1, arbitrary: rescan },
)

/** Pairs of operations that conflict on the same files, so that their interleaving matters. */
export const conflictingPair: fc.Arbitrary<Step[]> = fc.oneof(
  fc.tuple(upload, upload),
  fc.tuple(sweep, restore),
  fc.tuple(sweep, send),
  fc.tuple(sweep, sweep),
  fc.tuple(removeSession, leaveSession),
  fc.tuple(removeSession, restore),
  fc.tuple(remove, copy),
  fc.tuple(remove, read),
  fc.tuple(rescan, remove),
  fc.tuple(deliver, remove),
  fc.tuple(deliver, restoreVersion),
  fc.tuple(restoreVersion, restoreVersion),
)
