import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { numberOf } from '../../../blocks/data/cell-number.ts'
import { niceScale } from '../../../blocks/data/chart-scale.ts'
import { chartSvg } from '../../../blocks/data/chart-svg.ts'
import { csvToChart } from '../../../blocks/data/csv-to-chart.ts'
import { openBlockHost, type BlockHost } from '../block-host.ts'
import { filesOf } from './files-of.ts'

let host: BlockHost
beforeAll(async () => {
  host = await openBlockHost()
})
afterAll(() => host[Symbol.asyncDispose]())

test('a bar is as tall as its number says', async () => {
  const [image] = await filesOf(host.host, csvToChart, {
    files: { '/t.csv': 'name,value\na,10\nb,5\n' },
    input: { file: 'workspace:///t.csv' },
    output: [
      ['image', /#image\/png$/],
      ['rows', 2],
      ['series', ['value']],
    ],
    name: 'image',
  })
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true })
  const isBlue = (x: number, y: number) => {
    const at = (y * info.width + x) * info.channels
    return data.subarray(at, at + 3).toString('hex') === '0072b2'
  }
  const heightAt = (x: number) =>
    Array.from({ length: 500 }, (_, row) => isBlue(x, row + 95)).filter(Boolean).length
  const [first, second] = [heightAt(370), heightAt(900)]
  expect(first).toBeGreaterThan(400)
  expect(second).toBeGreaterThan(0.48 * first)
  expect(second).toBeLessThan(0.52 * first)
})

test('text of a table cannot add elements to the drawing', () => {
  const hostile = '</text><image href="file:///etc/passwd"/>&x;"\u0000\ud800'
  const svg = chartSvg({
    kind: 'line',
    title: hostile,
    labels: [hostile, hostile],
    series: [{ name: hostile, values: [1, undefined] }],
  })
  expect(svg).not.toContain('<image')
  expect(svg.isWellFormed()).toBe(true)
  expect(svg).not.toContain('\u0000')
})

test('an axis contains all numbers, and has few ticks', () => {
  const number = fc.double({ noNaN: true }).map((value) => numberOf(`${value}`) ?? 0)
  fc.assert(
    fc.property(fc.array(number, { minLength: 1 }), fc.boolean(), (numbers, fromZero) => {
      const { from, to, ticks } = niceScale(numbers, { fromZero })
      const margin = (to - from) * 1e-9
      expect(to).toBeGreaterThan(from)
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(from - margin)
      expect(Math.max(...numbers)).toBeLessThanOrEqual(to + margin)
      expect(ticks.length).toBeLessThanOrEqual(10)
    }),
  )
})

test.each([
  ['12', 12],
  ['-.5', -0.5],
  ['1.5e3', 1500],
  ['1e-200', 0],
  ['1e200', undefined],
  ['1,234', undefined],
  ['0x10', undefined],
  ['Infinity', undefined],
  ['', undefined],
])('the cell "%s" is the number %s', (text, number) => {
  expect(numberOf(text)).toBe(number)
})
