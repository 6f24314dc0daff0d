import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { missedTargets, table, type Row } from './report.ts'
import { leftOut } from './peers/build.ts'
import { hasWrk } from './wrk.ts'

const run = promisify(execFile)

/** The result of a scenario. */
export interface Result {
  title: string
  about: string
  rows: Row[]
}

/** docs/performance.md */
export function page(results: Result[], measuredOn: string): string {
  const body = results.filter(({ rows }) => rows.length > 0).map(section)
  return `${head}\n\n${measuredOn}\n\n${body.join('\n\n')}\n`
}

const head = `# Performance

\`npm run bench -- --write\` measures Coffer against other servers and against bare streams, and writes this page (shorter:
\`--quick\`; one scenario: \`--only upload\`). In each round of a scenario every server is measured once, in turn. Compare the
ratios and their range over the rounds, not the times. The ratio is that of the round, and the table shows the median.`

function section({ title, about, rows }: Result): string {
  const missed = missedTargets(rows)
  const causes =
    missed.length === 0 ? '' : `\n\nMissed, and what holds it back:\n\n${missed.join('\n')}`
  return `## ${title}\n\n${about}\n\n${table(rows)}${causes}`
}

/** The machine, the versions of all measured programs, and the ones that are left out. */
export async function environment(rounds: number): Promise<string> {
  const [cpu] = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  const machine = `${cpus().length} cores (${cpu?.model.trim()}), ${gigabytes} GiB, Linux ${release()}`
  const programs = [
    `Node ${process.version.slice(1)}`,
    await clamd(),
    ...(await goModules()),
    `@tus/server ${await tusServer()}`,
    ...((await hasWrk()) ? ['wrk'] : []),
  ]
  const missing = Array.from(leftOut, ([name, reason]) => ` Left out: ${name} (${reason}).`)
  return `Machine: ${machine}. Programs: ${programs.join(', ')}. ${rounds} rounds after a warm-up.${missing.join('')}`
}

async function clamd(): Promise<string> {
  const { stdout } = await run('clamd', ['--version']).catch(() => ({ stdout: 'no ClamAV' }))
  return stdout.split('/', 1)[0]?.trim() ?? ''
}

async function goModules(): Promise<string[]> {
  const modules = { PocketBase: 'pocketbase', tusd: 'tusd' }
  const versions = Object.entries(modules).map(async ([name, folder]) => {
    const text = await readFile(new URL(`peers/${folder}/go.mod`, import.meta.url), 'utf8')
    return `${name} ${/\/(?:pocketbase|tusd\/v2) v([\d.]+)/.exec(text)?.[1]}`
  })
  return Promise.all(versions)
}

async function tusServer(): Promise<string> {
  const file = new URL('../../node_modules/@tus/server/package.json', import.meta.url)
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version
}
