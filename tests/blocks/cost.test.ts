import fc from 'fast-check'
import { expect, test } from 'vitest'
import { costOf, noUsage, perRun, toBillionths, type CostLine } from '../../shared/blocks/cost.ts'
import { openMeter } from '../../shared/blocks/run/meter.ts'

const cost = (lines: CostLine[], used: Partial<typeof noUsage> = {}, input: unknown = {}) =>
  costOf(lines, input, { ...noUsage, ...used })

test('three tenths of a credit cost one credit, because a run is rounded up once', () => {
  const tenth: CostLine = { type: 'items', credits: 1, per: 10, atMost: 100 }
  expect(cost([tenth, tenth, tenth], { items: toBillionths(1) })).toBe(1)
  expect(cost([perRun(0.1), perRun(0.2), perRun(0.7)])).toBe(1)
})

test('amounts of a meter add up exactly', () => {
  const { meter, usage } = openMeter()
  for (const amount of [0.1, 0.2, 0.7]) meter.seconds(amount)
  const line: CostLine = { type: 'second', credits: 1, per: 1, atMost: 100 }
  expect(costOf([line], {}, usage())).toBe(1)
})

test('a line costs at most its limit, and only with its values of the input', () => {
  const line: CostLine = { type: 'byte', credits: 1, per: 1000, atMost: 5 }
  expect(cost([line], { bytes: toBillionths(1_000_000) })).toBe(5)
  expect(cost([{ ...line, when: { model: 'pro' } }], { bytes: toBillionths(1) })).toBe(0)
  expect(cost([{ ...perRun(2), when: { model: 'pro' } }], {}, { model: 'pro' })).toBe(2)
})

test('dollars and tokens cost their rates', () => {
  const usd: CostLine = { type: 'cost_usd', creditsPerUsd: 100, atMost: 50 }
  expect(cost([usd], { usd: toBillionths(0.023) })).toBe(3)
  const tokens: CostLine = {
    type: 'tokens',
    creditsPerMillion: { input: 3, output: 15 },
    atMost: 1000,
  }
  const used = { inputTokens: toBillionths(1_000_000), outputTokens: toBillionths(200_000) }
  expect(cost([tokens], used)).toBe(6)
})

test.each([-1, Number.NaN, Infinity])('a meter refuses the amount %d', (amount) => {
  expect(() => openMeter().meter.items(amount)).toThrow(RangeError)
})

test('a cost is the sum of its lines, rounded up, for any rates', () => {
  const thousandths = fc.integer({ min: 0, max: 1_000_000 })
  const line = fc.record({ credits: thousandths, per: fc.integer({ min: 1, max: 100_000 }) })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), thousandths, (lines, used) => {
      // All numbers are thousandths: Σ used × credits / per, over one common denominator.
      const product = lines.reduce((all, { per }) => all * BigInt(per), 1n)
      const sum = lines.reduce(
        (all, { credits, per }) => all + (BigInt(used) * BigInt(credits) * product) / BigInt(per),
        0n,
      )
      const denominator = product * 1000n
      const expected = Number((sum + denominator - 1n) / denominator)
      const costLines = lines.map(({ credits, per }): CostLine => {
        return { type: 'items', credits: credits / 1000, per: per / 1000, atMost: 1e14 }
      })
      expect(cost(costLines, { items: toBillionths(used / 1000) })).toBe(expected)
    }),
  )
})
