import { execFileSync } from 'node:child_process'
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eicar } from '../../support/files/eicar.ts'
import { context, formats, openMediaWorld, type OpenStack } from './media-world.ts'
import { png, pngUri } from './cells.ts'

const local = { context, returnFormat: 'for_local_processing' as const }

/** Tests that local paths cannot leave the directory of their execution. */
export function describeLocal(open: OpenStack): void {
  describe('a local path', () => {
    test.each([
      ['../run-1/a.png'],
      ['../../etc/passwd'],
      ['..'],
      ['.'],
      ['a/../a.png'],
      ['./../a.png'],
      ['../'],
      ['a//a.png'],
      ['a.png/'],
      ['/etc/passwd'],
      ['..\\a.png'],
      ['C:\\a.png'],
      ['a.png\0.txt'],
      ['\0'],
      [''],
      ['link.png'],
      ['linked/a.png'],
      ['../run-10/a.png'],
      ['folder'],
      ['pipe'],
    ])('%j is rejected for every return format', async (file) => {
      await using world = await openMediaWorld(open)
      await world.put('a.png', png)
      await world.put('folder/b.png', png)
      const sibling = join(world.directory, '..', 'run-10')
      await mkdir(sibling)
      await writeFile(join(sibling, 'a.png'), png)
      await symlink(join(sibling, 'a.png'), join(world.directory, 'link.png'))
      await symlink(sibling, join(world.directory, 'linked'))
      execFileSync('mkfifo', [join(world.directory, 'pipe')])
      const before = await world.tree()
      for (const returnFormat of formats) {
        await expect(world.media.storeMedia({ file, context, returnFormat })).rejects.toMatchObject(
          {
            code: 'invalid-request',
          },
        )
      }
      expect(await world.tree()).toEqual(before)
    })

    test.each([
      ['relative to the directory', () => './made/./out.png'],
      ['absolute', (directory: string) => join(directory, 'made/out.png')],
    ])('that is %s names a file of the execution', async (_, fileIn) => {
      await using world = await openMediaWorld(open)
      await world.put('made/out.png', png)
      const file = fileIn(world.directory)
      expect(await world.media.storeMedia({ ...local, file })).toBe('made/out.png')
      const request = { file, context: { userId: 'ann', executionId: 'run-1' } }
      const uri = await world.media.storeMedia({ ...request, returnFormat: 'for_external_api' })
      expect(uri).toBe(pngUri)
    })

    test('that is absolute is rejected for a file of another execution', async () => {
      await using world = await openMediaWorld(open)
      await world.put('a.png', png)
      const file = join(world.directory, 'a.png')
      for (const executionId of ['run', 'run-10']) {
        const request = { ...local, file, context: { ...context, executionId } }
        await expect(world.media.storeMedia(request)).rejects.toMatchObject({
          code: 'invalid-request',
        })
      }
    })

    test('that does not exist is rejected with not-found', async () => {
      await using world = await openMediaWorld(open)
      for (const file of ['a.png', 'a/b/c.png', `${'x'.repeat(300)}.png`]) {
        await expect(world.media.storeMedia({ ...local, file })).rejects.toMatchObject({
          code: 'not-found',
        })
      }
      expect(await world.tree()).toEqual({})
    })

    test('is not found in another execution whose id has a common prefix', async () => {
      await using world = await openMediaWorld(open)
      await world.put('a.png', png)
      for (const executionId of ['run', 'run-10', 'run-']) {
        const request = { ...local, file: 'a.png', context: { ...context, executionId } }
        await expect(world.media.storeMedia(request)).rejects.toMatchObject({ code: 'not-found' })
      }
    })

    test('is rejected if the directory of the execution is a symbolic link', async () => {
      await using world = await openMediaWorld(open)
      await mkdir(join(world.directory, '..'), { recursive: true, mode: 0o700 })
      const elsewhere = join(world.temporaryDirectory, 'elsewhere')
      await mkdir(elsewhere)
      await writeFile(join(elsewhere, 'a.png'), png)
      await symlink(elsewhere, world.directory)
      await expect(world.media.storeMedia({ ...local, file: 'a.png' })).rejects.toMatchObject({
        code: 'invalid-request',
      })
      await expect(world.media.storeMedia({ ...local, file: pngUri })).rejects.toThrow(Error)
      expect(Object.keys(await world.tree()).sort()).toEqual(['elsewhere/a.png', 'exec_file/run-1'])
    })

    test('to an infected file that a program wrote is rejected', async () => {
      await using world = await openMediaWorld(open)
      await world.put('made.txt', eicar())
      const before = await world.tree()
      for (const returnFormat of formats) {
        const stored = world.media.storeMedia({ file: 'made.txt', context, returnFormat })
        const refusal = await stored.then(
          () => undefined,
          (error: Error) => error,
        )
        expect(refusal).toMatchObject({ code: 'infected' })
        expect(refusal?.message).not.toContain('was not kept')
      }
      expect(await world.tree()).toEqual(before)
    })
  })

  test('storeMedia and cleanExecution keep the target of a link that leads outside the directory', async () => {
    await using world = await openMediaWorld(open)
    const outside = join(world.temporaryDirectory, 'outside.png')
    await writeFile(outside, 'mine')
    await mkdir(world.directory, { recursive: true, mode: 0o700 })
    await symlink(outside, join(world.directory, 'file.png'))
    await link(outside, join(world.directory, 'file (2).png'))
    expect(await world.media.storeMedia({ ...local, file: pngUri })).toBe('file (3).png')
    await world.media.cleanExecution('run-1')
    expect(await readFile(outside, 'utf8')).toBe('mine')
    expect(await world.tree()).toEqual({ 'outside.png': 4 })
  })
}
