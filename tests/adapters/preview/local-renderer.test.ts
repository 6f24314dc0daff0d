import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { openLocalRenderer } from '../../../shared/adapters/preview/local-renderer.ts'
import { motley } from '../../support/files/pictures.ts'
import { describeRenderer, requestOf } from '../../ports/renderer.ts'

describeRenderer('local processes', async () => ({
  renderer: openLocalRenderer(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}))

test('the local renderer ends a decoder or encoder after its time limit and reports the reason', async () => {
  const renderer = openLocalRenderer({ preview: 0.001, office: 0.001, normalize: 0.001 })
  const picture = await motley().avif().toBuffer()
  const tooLong = {
    code: 'unsupported-type',
    message: expect.stringContaining('too long') as string,
  }
  await expect(renderer.render(requestOf(picture))).rejects.toMatchObject(tooLong)
  await expect(
    renderer.normalize(Readable.from([picture]), { maxWidth: 20 }),
  ).rejects.toMatchObject(tooLong)
})
