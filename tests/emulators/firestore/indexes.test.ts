import { expect, test } from 'vitest'
import { useOwnFirestore } from '../../adapters/firestore/world.ts'
import { client, idsOf } from './client.ts'

useOwnFirestore()

test('a query without a declared index is rejected', async () => {
  await using opened = client()
  const files = opened.firestore.collection('workspaces/u/files')
  const refused = { code: 9, message: expect.stringContaining('requires an index') }
  await expect(files.where('terms', 'array-contains', 'x').get()).rejects.toMatchObject(refused)
  await expect(files.orderBy('path').get()).rejects.toMatchObject(refused)
  await expect(files.where('named', '==', 'x').get()).rejects.toMatchObject(refused)
  await expect(files.where('a', '==', 1).orderBy('b').get()).rejects.toMatchObject(refused)
  const everywhere = opened.firestore.collectionGroup('files').orderBy('trash')
  await expect(everywhere.get()).rejects.toMatchObject(refused)
  expect(await idsOf(files.where('a', '==', 1).where('b', '==', 1))).toEqual([])
})
