import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'

const project = new URL('../../', import.meta.url)
const kibibyte = 1024
let directory: string
let assets: string[]
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-web-'))
  const command = ['scripts/build-web.ts', '--directory', directory]
  await promisify(execFile)(process.execPath, command, { cwd: project })
  assets = await readdir(join(directory, 'assets'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function compressed(pattern: RegExp): Promise<number> {
  const names = assets.filter((name) => pattern.test(name))
  const files = await Promise.all(names.map((name) => readFile(join(directory, 'assets', name))))
  return files.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0)
}

test('the scripts of the page are at most 45 KiB compressed', async () => {
  const bytes = await compressed(/^(?!firebase-|blocks-page-).*\.js$/)
  expect(bytes).toBeGreaterThan(10 * kibibyte)
  expect(bytes).toBeLessThanOrEqual(45 * kibibyte)
})

test('the sign-in of Firebase is a separate script of at most 32 KiB', async () => {
  const bytes = await compressed(/^firebase-.*\.js$/)
  expect(bytes).toBeGreaterThan(10 * kibibyte)
  expect(bytes).toBeLessThanOrEqual(32 * kibibyte)
})

test('the view of blocks is a separate script of at most 16 KiB', async () => {
  const bytes = await compressed(/^blocks-page-.*\.js$/)
  expect(bytes).toBeGreaterThan(2 * kibibyte)
  expect(bytes).toBeLessThanOrEqual(16 * kibibyte)
})

test('the style of the page is at most 9 KiB compressed', async () => {
  const bytes = await compressed(/\.css$/)
  expect(bytes).toBeGreaterThan(kibibyte)
  expect(bytes).toBeLessThanOrEqual(9 * kibibyte)
})

test('the document names its assets by digests, and has no inline script or style', async () => {
  const page = await readFile(join(directory, 'index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="assets\/([^"]+)"/g)].map(([, name]) => name)
  expect(named).toHaveLength(2)
  expect(assets).toEqual(expect.arrayContaining(named))
  expect(page).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/)
})
