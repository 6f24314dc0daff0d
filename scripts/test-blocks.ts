import { spawnSync } from 'node:child_process'

/** `npm run test:blocks -- ResizeImage` runs the tests beside one block; without a name, those of all blocks. */
const [name] = process.argv.slice(2)
const { status } = spawnSync('vitest', ['run', '--project', 'blocks', 'tests/blocks/declared'], {
  stdio: 'inherit',
  // eslint-disable-next-line node/no-process-env -- passed on unchanged
  env: { ...process.env, ...(name !== undefined && { BLOCK: name }) },
})
process.exitCode = status ?? 1
