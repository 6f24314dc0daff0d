import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { unifiedDiff } from '../../../shared/mcp/text/unified-diff.ts'

const lines = (count: number) =>
  Array.from({ length: count }, () => `${randomBytes(4).toString('hex')}\n`).join('')

test('a diff has the changed lines with three lines around them', async () => {
  const before = 'a\nb\nc\nd\ne\nf\n'
  expect(await unifiedDiff(before, before.replace('e', 'E'))).toBe(
    '@@ -2,5 +2,5 @@\n b\n c\n d\n-e\n+E\n f',
  )
})

test('a diff is cut at a line after 8 KiB', async () => {
  const diff = await unifiedDiff('', lines(2000))
  expect(Buffer.byteLength(diff)).toBeLessThan(8 * 1024 + 200)
  expect(diff).toMatch(/\n\+[0-9a-f]{8}\n… the diff has \d+ bytes/)
})

test('a search for a diff of different texts lets other work run, and ends', async () => {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  try {
    expect(await unifiedDiff(lines(50_000), lines(50_000))).toContain('too long to show')
  } finally {
    clearInterval(timer)
  }
  expect(turns).toBeGreaterThan(5)
})
