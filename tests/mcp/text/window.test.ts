import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TextSource } from '../../../shared/mcp/text/text-source.ts'
import { windowByLine, windowByOffset, type TextWindow } from '../../../shared/mcp/text/window.ts'

const bounds = { maxBytes: 40, scanBytes: 1_000_000, countBytes: 1_000_000 }

/** A text that arrives in chunks of the given sizes, repeated. */
function inChunks(text: string, sizes: number[], knowsSize = true): TextSource {
  const bytes = Buffer.from(text)
  return {
    sizeBytes: knowsSize ? bytes.length : undefined,
    async *read(start) {
      let position = start
      for (let turn = 0; position < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1
        yield bytes.subarray(position, position + size)
        position += size
      }
    },
  }
}

/** Pieces of text that are easy to cut at a wrong place. */
const piece = fc.oneof(
  fc.constantFrom('\n', '\r\n', '\r', '\n\n', 'ü', '世界', '🏖', '\u0301', '\ufeff', 'x'.repeat(50)),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const text = fc
  .tuple(fc.constantFrom('', '\ufeff'), fc.array(piece, { maxLength: 40 }))
  .map(([mark, pieces]) => (mark + pieces.join('')).toWellFormed())
const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 5 })

const withoutMark = (text: string) => text.replace(/^\ufeff/, '')
const linesOf = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

function expectWhole({ text }: TextWindow, maxBytes: number): void {
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes)
  expect(text).not.toContain('\ufffd')
}

describe('windows by offset', () => {
  test('join to the text and split no character', async () => {
    const cases = fc.tuple(text, sizes, fc.integer({ min: 4, max: 64 }), fc.boolean())
    await fc.assert(
      fc.asyncProperty(cases, async ([text, sizes, maxBytes, knowsSize]) => {
        const source = inChunks(text, sizes, knowsSize)
        let joined = ''
        for (let offset = 0; ;) {
          const window = await windowByOffset(source, { offset, lines: 2000 }, { maxBytes })
          expectWhole(window, maxBytes)
          joined += window.text
          if (window.isAtEnd) break
          expect(window.end).toBeGreaterThan(offset)
          offset = window.end
        }
        expect(joined).toBe(withoutMark(text))
      }),
    )
  })

  test('begin at the start of the character that an offset is in', async () => {
    await fc.assert(
      fc.asyncProperty(text, sizes, fc.nat(), async (text, sizes, place) => {
        const bytes = Buffer.from(text)
        const offset = bytes.length === 0 ? 0 : place % (bytes.length + 1)
        const window = await windowByOffset(inChunks(text, sizes), { offset, lines: 2000 }, bounds)
        expectWhole(window, bounds.maxBytes)
        expect(Math.abs(offset - window.start)).toBeLessThanOrEqual(3)
        expect(bytes.subarray(window.start, window.end).toString()).toBe(window.text)
      }),
    )
  })

  test('reject an offset after the end', async () => {
    const after = windowByOffset(inChunks('abc', [1]), { offset: 4, lines: 1 }, bounds)
    await expect(after).rejects.toThrow('The text has 3 bytes')
  })
})

describe('windows by line', () => {
  test('are exactly the lines, if these fit', async () => {
    const place = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }))
    await fc.assert(
      fc.asyncProperty(
        text,
        sizes,
        place,
        fc.boolean(),
        async (text, sizes, [at, count], known) => {
          const lines = linesOf(withoutMark(text))
          const line = ((at - 1) % Math.max(1, lines.length)) + 1
          const wide = { ...bounds, maxBytes: 100_000 }
          const source = inChunks(text, sizes, known)
          const window = await windowByLine(source, { line, lines: count }, wide)
          const expected = lines.slice(line - 1, line - 1 + count)
          expect(window).toMatchObject({
            text: expected.join(''),
            lineCount: expected.length,
            firstLine: line,
            totalLines: lines.length,
            isAtEnd: line - 1 + count >= lines.length,
            isCutInLine: false,
          })
        },
      ),
    )
  })

  test('join to the text, with windows by offset where a line is cut', async () => {
    const cases = fc.tuple(text, sizes, fc.integer({ min: 4, max: 64 }), fc.boolean())
    await fc.assert(
      fc.asyncProperty(cases, async ([text, sizes, maxBytes, counts]) => {
        const source = inChunks(text, sizes)
        const own = { ...bounds, maxBytes, ...(!counts && { countBytes: 0 }) }
        let window = await windowByLine(source, { line: 1, lines: 3 }, own)
        let joined = window.text
        while (!window.isAtEnd) {
          expectWhole(window, maxBytes)
          const { firstLine, lineCount, isCutInLine, totalLines } = window
          const byLine = firstLine !== undefined && !isCutInLine && totalLines !== undefined
          window = byLine
            ? await windowByLine(source, { line: firstLine + lineCount, lines: 3 }, own)
            : await windowByOffset(source, { offset: window.end, lines: 3 }, own)
          joined += window.text
        }
        expect(joined).toBe(withoutMark(text))
      }),
    )
  })

  test('end after whole lines, if one fits', async () => {
    const source = inChunks('one\ntwo\nthree\n', [5])
    const window = await windowByLine(source, { line: 1, lines: 10 }, { ...bounds, maxBytes: 10 })
    expect(window).toMatchObject({ text: 'one\ntwo\n', isCutInLine: false, isAtEnd: false })
  })

  test('reject a line after the last', async () => {
    const after = windowByLine(inChunks('a\nb', [1]), { line: 3, lines: 1 }, bounds)
    await expect(after).rejects.toThrow('The text has 2 lines')
  })

  test('reject a line that is too far from the beginning', async () => {
    const source = inChunks('a\n'.repeat(100), [10])
    const far = windowByLine(source, { line: 90, lines: 1 }, { ...bounds, scanBytes: 50 })
    await expect(far).rejects.toThrow('too far to count lines')
  })

  test('read no further than the window in a text that is too large to count', async () => {
    const source = inChunks('a\n'.repeat(1000), [10])
    let bytes = 0
    const watched: TextSource = {
      sizeBytes: source.sizeBytes,
      async *read(start) {
        for await (const chunk of source.read(start)) {
          bytes += chunk.length
          yield chunk
        }
      },
    }
    const small = { ...bounds, countBytes: 100 }
    const window = await windowByLine(watched, { line: 3, lines: 2 }, small)
    expect(window).toMatchObject({ text: 'a\na\n', isAtEnd: false })
    expect(window.totalLines).toBeUndefined()
    expect(bytes).toBeLessThan(50)
  })
})
