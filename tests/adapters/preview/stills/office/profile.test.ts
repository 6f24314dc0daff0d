import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { writeProfile } from '../../../../../shared/adapters/preview/stills/office/profile.ts'
import { temporaryDirectory } from '../../../../support/disk-store.ts'
import { textWithPicture } from '../../../../support/files/office.ts'
import { skipWithoutProgram } from '../../../../support/programs.ts'

/** Converts a document to PDF without a sandbox, with a profile in the directory. */
function convert(directory: string, profile: string): void {
  const options = [`-env:UserInstallation=file://${directory}/${profile}`, '--headless']
  const args = [...options, '--convert-to', 'pdf', '--outdir', directory, `${directory}/a.odt`]
  execFileSync('soffice', args, { stdio: 'ignore' })
}

describe.skipIf(skipWithoutProgram('soffice'))('the profile of LibreOffice', () => {
  test('omits pictures that a document links', async () => {
    await using directory = await temporaryDirectory()
    const { path } = directory
    const red = { width: 60, height: 60, channels: 3, background: 'red' } as const
    await sharp({ create: red }).png().toFile(join(path, 'red.png'))
    await writeFile(join(path, 'a.odt'), await textWithPicture(`file://${path}/red.png`))
    const pictures = () =>
      execFileSync('pdfimages', ['-list', `${path}/a.pdf`])
        .toString()
        .trim()
        .split('\n').length - 2
    convert(path, 'default')
    expect(pictures()).toBe(1)
    convert(path, await writeProfile(path))
    expect(pictures()).toBe(0)
  }, 60_000)
})
