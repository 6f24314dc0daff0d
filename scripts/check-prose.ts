import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { violationsOf } from './prose-rules.ts'

/**
 * `npm run check:prose` reports every banned word in the files that git tracks or would add, one on each line, as
 * `file:line: "word": use …`. It exits with 1 if it finds any. With arguments it reads these files instead.
 */
const exempt = new Set(['scripts/prose-rules.ts', 'tests/project/check-prose.test.ts'])
const written = /\.(?:ts|js|md|json|jsonc|html|css|ya?ml|rules|sh)$/

function projectFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'])
  return listed
    .toString()
    .split('\n')
    .filter((file) => written.test(file) && !file.endsWith('package-lock.json'))
    .filter((file) => !exempt.has(file) && existsSync(file))
}

const named = process.argv.slice(2)
for (const file of named.length > 0 ? named : projectFiles())
  for (const { line, found, use } of violationsOf(readFileSync(file, 'utf8'))) {
    process.stdout.write(`${file}:${line}: "${found}": use ${use}\n`)
    process.exitCode = 1
  }
