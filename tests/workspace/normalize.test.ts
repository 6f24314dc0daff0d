import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { openLocalRenderer } from '../../shared/adapters/preview/local-renderer.ts'

const picture = () =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
    .png()
    .toBuffer()

test('bodies without bytes do not block other normalizations', async () => {
  const renderer = openLocalRenderer()
  const stuck = Array.from({ length: 5 }, () => new PassThrough())
  const waiting = stuck.map((body) =>
    renderer.normalize(body, {}).catch((error: unknown) => String(error)),
  )
  const written = await renderer.normalize(Readable.from([await picture()]), {})
  expect(await sharp(await buffer(written)).metadata()).toMatchObject({ format: 'png', width: 30 })
  for (const body of stuck) body.destroy(new Error('The client disconnected'))
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['Error: The client disconnected']))
})
