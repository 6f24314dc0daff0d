import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../../shared/media/edits/apply-edits.ts'

const edit = (oldText: string, newText: string, all = false) => ({ oldText, newText, all })

describe('applyEdits', () => {
  test('replaces one occurrence, and every one with all', () => {
    expect(applyEdits('a b c', [edit('b', 'x')])).toEqual({ text: 'a x c', replacements: 1 })
    expect(applyEdits('a a', [edit('a', '$&', true)])).toEqual({ text: '$& $&', replacements: 2 })
  })

  test('applies later edits to the result of earlier ones', () => {
    expect(applyEdits('one', [edit('one', 'two'), edit('two', 'three')]).text).toBe('three')
  })

  test('matches LF in an edit with CRLF in the text, and keeps CRLF', () => {
    const { text } = applyEdits('a\r\nb\r\nc', [edit('a\nb', 'x\ny\nz')])
    expect(text).toBe('x\r\ny\r\nz\r\nc')
  })

  test('names the lines of several matches', () => {
    const text = 'x\ny\nx\nx\nx\nx\nx'
    expect(() => applyEdits(text, [edit('y', 'z'), edit('x', 'w')])).toThrow(
      'edits.1.oldText: occurs 6 times, in lines 1, 3, 4, 5, 6 and more.',
    )
  })

  test('names the most similar line if nothing matches', () => {
    const text = 'first\n  const total = sum(items)\nlast'
    expect(() => applyEdits(text, [edit('const total = sum(item)\n', '')])).toThrow(
      'does not occur in the text; the most similar line is 2: "  const total = sum(items)"',
    )
    expect(() => applyEdits(text, [edit('zzz', '')])).toThrow('does not occur in the text. Nothing')
  })

  test('changes exactly the place of a text that occurs once', () => {
    const part = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(part, part, part, (before, after, next) => {
        const text = `${before}\u0001${after}`
        const { text: result } = applyEdits(text, [edit('\u0001', next)])
        expect(result).toBe(before + next + after)
      }),
    )
  })

  test('searches for a similar line in linear time', () => {
    const text = 'const a = 1 + 2 + 3\n'.repeat(50_000)
    const startedAt = performance.now()
    expect(() => applyEdits(text, [edit('const b = 1 + 2 - 3', '')])).toThrow('line is 1')
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})
