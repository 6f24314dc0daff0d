import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WorkspaceError } from '../../shared/model/errors.ts'
import {
  nameOf,
  parseFileId,
  parseName,
  parsePath,
  parsePrefix,
  parseSessionId,
  sessionOf,
  withName,
} from '../../shared/model/path.ts'

const session = parseSessionId('run-1')

const kept: Record<string, string> = {
  'plain text': '/reports/q3.pdf',
  'quotes and semicolons': `/"; DROP TABLE files; --'.txt`,
  'Arabic, Hebrew and Thai': '/مستند/מסמך/เอกสาร.txt',
  'emoji with joiners': '/👩‍👩‍👧‍👦.png',
  'a leading dot that is no dot segment': '/.../.hidden',
  'percent signs, which are letters here': '/%2e%2e/100%.txt',
  'spaces at both ends': '/ a ',
  '255 bytes in one segment': `/${'a'.repeat(255)}`,
}

const refused: Record<string, [path: string, rule: RegExp]> = {
  'an empty path': ['', /start with "\/"/],
  'a relative path without a session': ['a.txt', /start with "\/"/],
  'the root': ['/', /empty segment/],
  'an empty segment': ['/a//b', /empty segment/],
  'a trailing slash': ['/a/', /empty segment/],
  'a dot segment': ['/a/./b', /"\." or "\.\."/],
  'a parent segment': ['/a/../b', /"\." or "\.\."/],
  'a parent segment at the end': ['/..', /"\." or "\.\."/],
  'a backslash': ['/a\\..\\b', /\\/],
  NUL: ['/a\0b', /control/],
  'a line feed': ['/a\nb', /control/],
  DEL: ['/a\u007f', /control/],
  'a C1 control': ['/a\u0085', /control/],
  'a line separator': ['/a\u2028b', /control/],
  'a paragraph separator': ['/a\u2029b', /control/],
  'a right-to-left override': ['/\u202Egpj.exe', /bidirectional/],
  'a left-to-right embedding': ['/\u202Aa', /bidirectional/],
  'an isolate': ['/\u2066a\u2069', /bidirectional/],
  'a lone surrogate': ['/\ud800', /surrogate/],
  'a noncharacter': ['/\uffff', /noncharacter/],
  'a noncharacter of another plane': ['/\u{1fffe}', /noncharacter/],
  '256 bytes in one segment': [`/${'a'.repeat(256)}`, /255 bytes/],
  '128 two-byte letters': [`/${'é'.repeat(128)}`, /255 bytes/],
  'more than 1024 bytes': [`/${`${'a'.repeat(200)}/`.repeat(5)}${'b'.repeat(20)}`, /1024 bytes/],
}

describe('a path', () => {
  it.each(Object.entries(kept))('is kept exactly: %s', (_, path) => {
    expect(parsePath(path)).toBe(path)
  })

  it.each(Object.entries(refused))('is rejected with field and rule: %s', (_, [path, rule]) => {
    const refusal = catching(() => parsePath(path))
    expect(refusal.code).toBe('invalid-request')
    expect(refusal.errors).toEqual([{ field: 'path', detail: expect.stringMatching(rule) }])
  })

  it('is equal in both Unicode forms, with the length limit applied after NFC', () => {
    expect(parsePath('/cafe\u0301.txt')).toBe('/caf\u00e9.txt')
    expect(parsePath(`/${'e\u0301'.repeat(127)}`)).toBe(`/${'\u00e9'.repeat(127)}`)
  })

  it('resolves under its session only when it is relative', () => {
    expect(parsePath('notes/a.txt', session)).toBe('/sessions/run-1/notes/a.txt')
    expect(parsePath('/a.txt', session)).toBe('/a.txt')
    expect(() => parsePath('../other/a.txt', session)).toThrow(WorkspaceError)
  })

  it('has no "." or ".." segment once accepted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const path = attempt(() => parsePath(`/${text}`))
        if (path === undefined) return
        expect(path).toBe(path.normalize('NFC'))
        for (const segment of path.slice(1).split('/'))
          expect(['', '.', '..']).not.toContain(segment)
        expect(parsePath(path)).toBe(path)
      }),
    )
  })

  it('has a session, a name and siblings', () => {
    expect(sessionOf(parsePath('/sessions/run-1/a.txt'))).toBe('run-1')
    expect(sessionOf(parsePath('/sessions/run-1'))).toBeNull()
    expect(sessionOf(parsePath('/sessions/not a session/a.txt'))).toBeNull()
    expect(sessionOf(parsePath('/a/sessions/run-1/a.txt'))).toBeNull()
    expect(nameOf(parsePath('/a/b.txt'))).toBe('b.txt')
    expect(withName(parsePath('/a/b.txt'), 'c.txt')).toBe('/a/c.txt')
  })
})

describe('a name', () => {
  it('is exactly one segment', () => {
    expect(parseName('a b.txt')).toBe('a b.txt')
    for (const name of ['', '.', '..', 'a/b', 'a\\b', '\0'])
      expect(() => parseName(name)).toThrow(/^name: /)
  })
})

describe('a prefix', () => {
  it('may end anywhere, and resolves like a path if relative', () => {
    expect(parsePrefix('/rep')).toBe('/rep')
    expect(parsePrefix('')).toBe('')
    expect(parsePrefix('no', session)).toBe('/sessions/run-1/no')
    expect(parsePrefix('', session)).toBe('/sessions/run-1/')
    expect(() => parsePrefix('rep')).toThrow(/^prefix: /)
  })
})

describe('an id', () => {
  it('of a session is 1 to 128 unreserved characters', () => {
    for (const id of ['a', 'A-Z.0_9~', '...', 'x'.repeat(128)]) expect(parseSessionId(id)).toBe(id)
    for (const id of ['', '.', '..', 'a/b', 'a b', 'é', 'x'.repeat(129), 'a\n']) {
      expect(() => parseSessionId(id)).toThrow(/^session: /)
    }
  })

  it('of a file is a UUIDv4 in either case', () => {
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
    expect(parseFileId(id.toUpperCase())).toBe(id)
    for (const other of ['', 'x', `${id} `, id.replace('-4', '-1'), '../x']) {
      expect(parseFileId(other)).toBeUndefined()
    }
  })
})

function catching(action: () => unknown): WorkspaceError {
  try {
    action()
  } catch (error) {
    if (error instanceof WorkspaceError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
