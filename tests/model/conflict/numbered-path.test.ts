import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WorkspaceError } from '../../../shared/model/errors.ts'
import { freePath } from '../../../shared/model/conflict/numbered-path.ts'
import { nameOf, parsePath } from '../../../shared/model/path.ts'

/** The path that a file gets if these paths are taken. */
function find(
  path: string,
  isTaken: (candidate: string) => boolean,
): { path: string; lookups: number } {
  let lookups = 0
  const found = freePath(parsePath(path), (candidate) => {
    lookups += 1
    return isTaken(candidate)
  })
  return { path: found, lookups }
}

const numberIn = (path: string) => Number(/\((\d+)\)/.exec(path)?.[1] ?? 1)

const after = (path: string) => find(path, (candidate) => candidate === path).path

describe('freePath', () => {
  test.each([
    ['/image.png', '/image (2).png'],
    ['/a/b/image.png', '/a/b/image (2).png'],
    ['/image (2).png', '/image (3).png'],
    ['/image (1).png', '/image (2).png'],
    ['/image (999).png', '/image (1000).png'],
    ['/archive.tar.gz', '/archive (2).tar.gz'],
    ['/archive (2).TAR.ZST', '/archive (3).TAR.ZST'],
    ['/.tar.gz', '/.tar (2).gz'],
    ['/Makefile', '/Makefile (2)'],
    ['/.bashrc', '/.bashrc (2)'],
    ['/v1.2.txt', '/v1.2 (2).txt'],
    ['/a.', '/a (2).'],
    ['/Version 1.5 final', '/Version 1.5 final (2)'],
    ['/holiday (2024).png', '/holiday (2024) (2).png'],
    ['/image (02).png', '/image (02) (2).png'],
    ['/image (0).png', '/image (0) (2).png'],
    ['/image(2).png', '/image(2) (2).png'],
    ['/ (2).png', '/ (2) (2).png'],
    ['/休日.jpg', '/休日 (2).jpg'],
    ['/con', '/con (2)'],
  ])('numbers %s as %s', (path, numbered) => {
    expect(after(path)).toBe(numbered)
  })

  test('returns a free path unchanged', () => {
    expect(find('/image (2).png', () => false)).toEqual({ path: '/image (2).png', lookups: 1 })
  })

  test('finds the lowest number if the numbers have no gaps, in about 2 log₂ n lookups', () => {
    for (const count of [1, 2, 3, 4, 5, 8, 9, 100, 5_000, 1_000_000]) {
      const { path, lookups } = find('/a.png', (candidate) => numberIn(candidate) <= count)
      expect(path).toBe(`/a (${count + 1}).png`)
      expect(lookups).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(count)) + 2)
    }
  })

  test('finds a free path after a taken one, whatever is taken', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 2, max: 60 })), (numbers) => {
        const taken = new Set(['/a.png', ...numbers.map((n) => `/a (${n}).png`)])
        const { path } = find('/a.png', (candidate) => taken.has(candidate))
        const number = numberIn(path)
        expect(taken).not.toContain(path)
        expect(taken).toContain(number === 2 ? '/a.png' : `/a (${number - 1}).png`)
      }),
    )
  })

  test.each([
    ['x'.repeat(255), / \(2\)$/],
    [`${'x'.repeat(251)}.png`, / \(2\)\.png$/],
    [`${'ü'.repeat(125)}.png`, /ü \(2\)\.png$/],
    ['👩‍👩‍👧‍👦'.repeat(10), /👦 \(2\)$/],
    [`x${'\u0301'.repeat(127)}`, /^x\u0301+ \(2\)$/],
  ])('shortens a long name by whole characters to 255 bytes: %s', (name, expected) => {
    const shortened = nameOf(parsePath(after(`/${name}`)))
    expect(shortened).toMatch(expected)
    expect(Buffer.byteLength(shortened)).toBeLessThanOrEqual(255)
    expect(name.startsWith(shortened.slice(0, shortened.indexOf(' (2)')))).toBe(true)
  })

  test('keeps long names apart that differ only in their number', () => {
    const taken = new Set<string>()
    const name = 'x'.repeat(255)
    for (let count = 0; count < 120; count++) {
      taken.add(find(`/${name}`, (candidate) => taken.has(candidate)).path)
    }
    expect(taken.size).toBe(120)
    for (const path of taken) expect(Buffer.byteLength(path)).toBeLessThanOrEqual(256)
  })

  test('shortens the name if the path is at its limit', () => {
    const folder = `/${'f'.repeat(249)}`.repeat(4)
    const path = `${folder}/${'n'.repeat(23)}`
    expect(Buffer.byteLength(path)).toBe(1024)
    expect(after(path)).toBe(`${folder}/${'n'.repeat(19)} (2)`)
  })

  test('throws path-taken if not one character of the name remains', () => {
    const folder = `/${'f'.repeat(254)}`.repeat(4)
    const thrown = () => after(`${folder}/x`)
    expect(thrown).toThrow(WorkspaceError)
    expect(thrown).toThrow(/no space for a number/)
  })
})
