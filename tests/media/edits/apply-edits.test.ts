import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../../shared/media/edits/apply-edits.ts'

const edit = (oldText: string, newText: string, all = false) => ({ oldText, newText, all })

describe('applyEdits', () => {
  test('replaces one occurrence, and every one with all', async () => {
    expect(await applyEdits('a b c', [edit('b', 'x')])).toEqual({ text: 'a x c', replacements: 1 })
    const { text } = await applyEdits('a a', [edit('a', '$&', true)])
    expect(text).toBe('$& $&')
  })

  test('applies later edits to the result of earlier ones', async () => {
    const { text } = await applyEdits('one', [edit('one', 'two'), edit('two', 'three')])
    expect(text).toBe('three')
  })

  test('matches LF in an edit with CRLF in the text, and keeps CRLF', async () => {
    const { text } = await applyEdits('a\r\nb\r\nc', [edit('a\nb', 'x\ny\nz')])
    expect(text).toBe('x\r\ny\r\nz\r\nc')
  })

  test('names the lines of several matches', async () => {
    const text = 'x\ny\nx\nx\nx\nx\nx'
    await expect(applyEdits(text, [edit('y', 'z'), edit('x', 'w')])).rejects.toThrow(
      'edits.1.oldText: occurs 6 times, in lines 1, 3, 4, 5, 6 and more.',
    )
  })

  test('names the most similar line if nothing matches', async () => {
    const text = 'first\n  const total = sum(items)\nlast'
    await expect(applyEdits(text, [edit('const total = sum(item)\n', '')])).rejects.toThrow(
      'does not occur in the text; the most similar line is 2: "  const total = sum(items)"',
    )
    await expect(applyEdits(text, [edit('zzz', '')])).rejects.toThrow(
      'does not occur in the text. Nothing',
    )
  })

  test('changes exactly the place of a text that occurs once', async () => {
    const part = fc.string({ unit: 'grapheme' })
    await fc.assert(
      fc.asyncProperty(part, part, part, async (before, after, next) => {
        const text = `${before}\u0001${after}`
        const { text: result } = await applyEdits(text, [edit('\u0001', next)])
        expect(result).toBe(before + next + after)
      }),
    )
  })

  test('searches for a similar line in linear time', async () => {
    const text = 'const a = 1 + 2 + 3\n'.repeat(50_000)
    const startedAt = performance.now()
    await expect(applyEdits(text, [edit('const b = 1 + 2 - 3', '')])).rejects.toThrow('line is 1')
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })

  test('finds the same places as split', async () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(text, letters, async (text, part) => {
        fc.pre(text.includes(part))
        const { text: result } = await applyEdits(text, [edit(part, '-', true)])
        expect(result).toBe(text.split(part).join('-'))
      }),
    )
  })

  test('searches for a long text that almost occurs everywhere in linear time', async () => {
    const text = 'a'.repeat(1024 * 1024)
    const almost = `${'a'.repeat(20_000)}b${'a'.repeat(20_000)}`
    const startedAt = performance.now()
    await expect(applyEdits(text, [edit(almost, '')])).rejects.toThrow('does not occur')
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test('refuses edits that multiply the length of the text', async () => {
    const grown = edit('a', 'a'.repeat(1000), true)
    await expect(applyEdits('aaaa', [grown, grown, grown], 5000)).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('edits.1 makes the text longer than 5000 characters'),
    })
  })
})
