import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../shared/config/load-config.ts'
import { configFile } from '../../../shared/adapters/clamd/clamd-process.ts'

const text = await readFile(configFile, 'utf8')
const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const settings = new Map(lines.map((line) => line.split(' ', 2) as [string, string]))
const mebibytes = (option: string) => Number(/^(\d+)M$/.exec(settings.get(option) ?? '')?.[1])

test.each(['StreamMaxLength', 'MaxFileSize', 'MaxScanSize'])('%s is below 1 GiB', (option) => {
  expect(mebibytes(option)).toBeGreaterThan(0)
  expect(mebibytes(option)).toBeLessThan(1024)
})

test('MaxScanSize and StreamMaxLength do not exceed MaxFileSize', () => {
  expect(mebibytes('MaxScanSize')).toBeLessThanOrEqual(mebibytes('MaxFileSize'))
  expect(mebibytes('StreamMaxLength')).toBeLessThanOrEqual(mebibytes('MaxFileSize'))
})

test('clamd.conf enables alerts for encrypted content and exceeded limits', () => {
  expect(settings.get('AlertExceedsMax')).toBe('yes')
  expect(settings.get('AlertEncrypted')).toBe('yes')
})

test('the largest CLAMAV_CONCURRENCY is below MaxThreads', () => {
  const count = settings.get('MaxThreads')
  expect(() => loadConfig({ CLAMAV_CONCURRENCY: '64' })).not.toThrow()
  expect(() => loadConfig({ CLAMAV_CONCURRENCY: count })).toThrow('CLAMAV_CONCURRENCY')
})
