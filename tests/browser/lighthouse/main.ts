import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startLocalServer } from '../../e2e/local/local-server.ts'
import { Caller } from '../../e2e/support/caller.ts'
import { localToken } from '../../e2e/support/target.ts'
import { isInstalled } from '../../support/programs.ts'

/**
 * `npm run test:lighthouse` measures the file browser of `npm start`, with files in its list. Needs Chromium and
 * `npm ci --prefix tests/browser/lighthouse --ignore-scripts`.
 */
const program = fileURLToPath(new URL('node_modules/lighthouse/cli/index.js', import.meta.url))
/** The least scores, of 100. */
const least: Record<string, number> = { performance: 95, accessibility: 100, 'best-practices': 100 }
const files = 100

interface Report {
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>
  audits: Record<string, { title: string; score: number | null; displayValue?: string }>
}

async function main(): Promise<number> {
  if (!existsSync(program) || !isInstalled('chromium')) {
    console.log('skipped: test:lighthouse (Lighthouse or Chromium is not installed)')
    return process.env['CI'] ? 1 : 0
  }
  const report = await measure()
  let status = 0
  for (const [name, score] of Object.entries(least)) {
    const category = report.categories[name]
    const reached = Math.round((category?.score ?? 0) * 100)
    console.log(`${name}: ${reached}`)
    if (reached >= score) continue
    status = 1
    for (const { id, weight } of category?.auditRefs ?? []) {
      const audit = report.audits[id]
      if (weight > 0 && audit && (audit.score ?? 1) < 1)
        console.log(`  ${audit.title} ${audit.displayValue ?? ''}`)
    }
  }
  return status
}

async function measure(): Promise<Report> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(
    await startLocalServer({ AUTH_MODE: 'local', CLAMAV_SERVICE_ENABLED: 'false' }),
  )
  const user = new Caller(server.url, 'local', await localToken('local'))
  for (let at = 0; at < files; at += 1) await user.store(`/file-${at}.txt`, 'x')
  // The first request builds the page.
  await fetch(server.url)
  const directory = await mkdtemp(join(tmpdir(), 'coffer-lighthouse-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  const path = join(directory, 'report.json')
  const options = [
    `--only-categories=${Object.keys(least).join(',')}`,
    '--preset=desktop',
    '--output=json',
    `--output-path=${path}`,
    '--quiet',
    '--no-enable-error-reporting',
    '--chrome-flags=--headless=new --no-sandbox --disable-background-networking',
  ]
  await promisify(execFile)(process.execPath, [program, server.url, ...options])
  return JSON.parse(await readFile(path, 'utf8')) as Report
}

process.exitCode = await main()
