import { expect, test } from 'vitest'
import { libreOfficeMissing, Refusal } from '../../../../shared/adapters/preview/refusals.ts'
import { drawFirst } from '../../../../shared/adapters/preview/stills/pictures.ts'

async function* failing(...errors: Error[]) {
  for (const error of errors) yield () => Promise.reject(error)
}
async function* failingThenB() {
  yield* failing(new Refusal('damaged'), libreOfficeMissing('soffice'))
  yield () => Promise.resolve({ source: 'b' })
}
const draw = ({ source }: { source: string }) => Promise.resolve(source)

test('drawFirst draws the next picture if one cannot be made', async () => {
  expect(await drawFirst(failingThenB(), draw)).toBe('b')
})

test('drawFirst throws the first error that names a reason', async () => {
  const errors = [new Refusal('empty'), libreOfficeMissing('bwrap'), new Refusal('damaged')]
  await expect(drawFirst(failing(...errors), draw)).rejects.toThrow('need LibreOffice in a sandbox')
  await expect(drawFirst(failing(new Refusal('empty')), draw)).rejects.toThrow('empty')
})

test('drawFirst throws errors of the server at once', async () => {
  const disk = new Error('ENOSPC')
  await expect(drawFirst(failing(disk, new Refusal('damaged')), draw)).rejects.toBe(disk)
})
