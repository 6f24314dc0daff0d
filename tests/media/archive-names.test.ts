import { describe, expect, test } from 'vitest'
import { ArchiveNames } from '../../shared/media/archive-names.ts'

function namesOf(paths: string[]): string[] {
  const names = new ArchiveNames()
  return paths.map((path) => names.nameOf(path))
}

/** The text with another combination of upper and lower case for each number. */
function cased(text: string, number: number): string {
  const letters = Array.from(text, (letter, bit) =>
    bit < 14 && (number >> bit) & 1 ? letter.toUpperCase() : letter,
  )
  return letters.join('')
}

describe('the names of an archive', () => {
  test.each([
    [
      ['a/B.txt', 'a/b.txt', 'A/b.txt'],
      ['a/B.txt', 'a/b (2).txt', 'A/b (3).txt'],
    ],
    [
      ['a (2).txt', 'a.txt', 'A.txt'],
      ['a (2).txt', 'a.txt', 'A (3).txt'],
    ],
    [
      ['x', 'X/y'],
      ['x', 'X (2)/y'],
    ],
    [
      ['a:b.txt', 'con.txt', 'dots. .', 'Ä/休日 😀.txt'],
      ['a_b.txt', '_con.txt', 'dots___', 'Ä/休日 😀.txt'],
    ],
  ])('are %j -> %j', (paths, expected) => {
    expect(namesOf(paths)).toEqual(expected)
  })

  test('are unique and fit a file system for 10,000 long names that meet each other', () => {
    const long = 'x'.repeat(249)
    const paths = Array.from(
      { length: 10_000 },
      (_, i) => `f/${cased(long, i % 20)} (${2 + Math.floor(i / 20)})`,
    )
    const names = namesOf(paths)
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(10_000)
    expect(Math.max(...names.map((name) => Buffer.byteLength(name.slice(2))))).toBeLessThan(256)
  })
})
