import { spawnSync } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** `npm run build` builds the package that other projects import, in `dist/`. See docs/library.md. */
const project = fileURLToPath(new URL('../', import.meta.url))
await rm(`${project}dist`, { recursive: true, force: true })
for (const settings of ['library/tsconfig.build.json', 'web/file/tsconfig.build.json']) {
  const compiler = spawnSync('tsc', ['-p', settings], { cwd: project, stdio: 'inherit' })
  if (compiler.error) throw compiler.error
  process.exitCode ||= compiler.status ?? 1
}
// The compiler reads declarations, and does not write them.
await cp(`${project}web/file/react.d.ts`, `${project}dist/web/file/react.d.ts`)
// Files that the code reads at run time by a path relative to itself.
for (const name of ['clamd.conf', 'coffer.ndb', 'coffer.ldb']) {
  const settings = `infra/clamav/${name}`
  await cp(`${project}${settings}`, `${project}dist/${settings}`)
}
