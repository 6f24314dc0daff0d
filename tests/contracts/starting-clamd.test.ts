import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../../shared/adapters/clamd/clamd-program.ts'
import { StartingClamd } from '../../shared/adapters/clamd/starting-clamd.ts'
import { clamdNote, skipWithoutClamd } from '../support/clamd.ts'

const unavailable = expect.objectContaining({ code: 'scanner-unavailable' })

describe.skipIf(skipWithoutClamd)(`a clamd that is starting${clamdNote}`, () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'coffer-test-starting-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  const open = async () =>
    StartingClamd.open(
      {
        program: (await findProgram()) ?? 'clamd',
        databaseDirectory: root,
        directory: join(root, 'clamd'),
      },
      1,
    )

  it('keeps a scan waiting until it has loaded its signatures, and meanwhile has no version', async () => {
    await writeFile(join(root, 'one.hdb'), '00000000000000000000000000000000:1:Nothing\n')
    await using scanner = await open()
    const scan = scanner.scan(Readable.from([Buffer.from('hello')]))
    await expect(scanner.version()).rejects.toEqual(unavailable)
    await expect(scan).resolves.toEqual({
      verdict: 'clean',
    })
    await expect(scanner.version()).resolves.toMatchObject({
      engine: expect.stringMatching(/^ClamAV /),
    })
  })

  it('that does not start is scanner-unavailable for every scan, never a verdict', async () => {
    await using scanner = await open()
    const body = Readable.from([Buffer.from('hello')])
    await expect(scanner.scan(body)).rejects.toEqual(unavailable)
    expect(body.destroyed).toBe(true)
    await expect(scanner.version()).rejects.toEqual(unavailable)
  })
})
