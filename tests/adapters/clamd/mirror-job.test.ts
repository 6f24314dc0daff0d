import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const infra = fileURLToPath(new URL('../../../infra/clamav', import.meta.url))
const names = ['main.cvd', 'daily.cvd', 'bytecode.cvd']

/** Replaces the real programs, which accept only databases signed by the ClamAV project. */
const freshclam = `#!/bin/sh
for argument in "$@"; do case "$argument" in --datadir=*) directory="\${argument#--datadir=}" ;; esac; done
ls "$directory" >"$SEEN"
exec cp "$PUBLIC"/* "$directory/"
`
const sigtool = `#!/bin/sh
grep -q signed "$2" && echo "Build time: $(cat "$2")"
`

describe('the job that updates the signature mirror', () => {
  let root: string
  const at = (...parts: string[]) => join(root, ...parts)
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'coffer-test-mirror-'))
    for (const name of ['bin', 'mirror', 'public', 'work']) await mkdir(at(name))
    await writeFile(at('bin', 'freshclam'), freshclam, { mode: 0o755 })
    await writeFile(at('bin', 'sigtool'), sigtool, { mode: 0o755 })
    for (const name of names) {
      await writeFile(at('public', name), `signed ${name} 2`)
      await writeFile(at('mirror', name), `signed ${name} 1`)
    }
  })
  afterEach(() => rm(root, { recursive: true }))

  const update = () =>
    promisify(execFile)(join(infra, 'mirror', 'update-mirror.sh'), {
      env: {
        PATH: `${at('bin')}:${process.env['PATH']}`,
        MIRROR_DIRECTORY: at('mirror'),
        SETTINGS_DIRECTORY: infra,
        WORK_DIRECTORY: at('work'),
        PUBLIC: at('public'),
        SEEN: at('seen'),
      },
    })
  const mirrored = () => Promise.all(names.map((name) => readFile(at('mirror', name), 'utf8')))

  test('starts from the files in the mirror and replaces outdated ones', async () => {
    await writeFile(at('public', 'main.cvd'), 'signed main.cvd 1')
    const { stdout } = await update()
    expect(await readFile(at('seen'), 'utf8')).toBe('bytecode.cvd\ndaily.cvd\nmain.cvd\n')
    expect(await mirrored()).toEqual([
      'signed main.cvd 1',
      'signed daily.cvd 2',
      'signed bytecode.cvd 2',
    ])
    expect(stdout).toContain('daily.cvd is new: signed daily.cvd 2')
    expect(stdout).not.toContain('main.cvd is new')
    expect(await readdir(at('mirror'))).toHaveLength(3)
  })

  test('fills an empty mirror', async () => {
    for (const name of names) await rm(at('mirror', name))
    await update()
    expect(await mirrored()).toEqual(names.map((name) => `signed ${name} 2`))
  })

  test('leaves the mirror unchanged if a download is missing or its signature is invalid', async () => {
    const before = await mirrored()
    await writeFile(at('public', 'bytecode.cvd'), 'forged')
    await expect(update()).rejects.toThrow('Command failed')
    expect(await mirrored()).toEqual(before)

    await rm(at('mirror', 'main.cvd'))
    await rm(at('public', 'main.cvd'))
    await rm(at('work'), { recursive: true })
    await writeFile(at('public', 'bytecode.cvd'), 'signed')
    await expect(update()).rejects.toThrow('there is no main.cvd')
  })
})
