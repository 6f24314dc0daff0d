import { FieldValue, Filter } from '@google-cloud/firestore'
import { describe, expect, test } from 'vitest'
import { useFirestore } from '../../adapters/firestore/world.ts'
import { client, idsOf } from './client.ts'

useFirestore()

describe('writes', () => {
  test('a commit is atomic', async () => {
    await using opened = client()
    const { firestore } = opened
    await firestore.doc('a/there').create({})
    const batch = firestore.batch().set(firestore.doc('a/new'), {})
    batch.create(firestore.doc('a/there'), {})
    await expect(batch.commit()).rejects.toMatchObject({ code: 6 })
    expect((await firestore.doc('a/new').get()).exists).toBe(false)
  })

  test('preconditions, masks and transforms work', async () => {
    await using opened = client()
    const { firestore } = opened
    const doc = firestore.doc('a/b')
    await expect(doc.update({ x: 1 })).rejects.toMatchObject({ code: 5 })
    const { writeTime } = await doc.set({ n: 1, list: [1, 2], map: { a: 1, b: 2 }, at: null })
    await doc.update({ n: FieldValue.increment(2), 'map.a': FieldValue.delete() })
    await doc.update({ list: FieldValue.arrayUnion(2, 3), at: FieldValue.serverTimestamp() })
    await doc.update({ list: FieldValue.arrayRemove(1) })
    const { at, ...rest } = (await doc.get()).data() ?? {}
    expect(rest).toEqual({ n: 3, list: [2, 3], map: { b: 2 } })
    expect(at).toHaveProperty('toMillis')
    const stale = doc.delete({ lastUpdateTime: writeTime })
    await expect(stale).rejects.toMatchObject({ code: 9 })
  })
})

describe('transactions', () => {
  test.each(['document', 'query'] as const)(
    'of two that read one %s and write it, one is aborted',
    async (kind) => {
      await using opened = client()
      const { firestore } = opened
      const counter = firestore.doc('a/counter')
      await counter.set({ n: 0 })
      const add = () =>
        firestore.runTransaction(
          async (transaction) => {
            const n: unknown =
              kind === 'document'
                ? (await transaction.get(counter)).get('n')
                : (
                    await transaction.get(firestore.collection('a').where('n', '>=', 0))
                  ).docs[0]?.get('n')
            transaction.update(counter, { n: Number(n) + 1 })
          },
          { maxAttempts: 10 },
        )
      await Promise.all([add(), add(), add()])
      expect((await counter.get()).get('n')).toBe(3)
    },
  )
})

describe('queries', () => {
  test('values are ordered by type, text by code point', async () => {
    await using opened = client()
    const { firestore } = opened
    const values = [
      null,
      false,
      true,
      Number.NaN,
      -1,
      2.5,
      3,
      '',
      'Z',
      'a',
      '\u{ff5e}',
      '\u{1f600}',
      [1],
      { a: 1 },
    ]
    const shuffled = values.map((v, i) => ({ v, i })).toReversed()
    await Promise.all(shuffled.map(({ v, i }) => firestore.doc(`a/${i}`).set({ v })))
    const ordered = values.map((_, i) => String(i))
    expect(await idsOf(firestore.collection('a').orderBy('v'))).toEqual(ordered)
    expect(await idsOf(firestore.collection('a').orderBy('v', 'desc'))).toEqual(
      ordered.toReversed(),
    )
  })

  test('filters, cursors, limits and counts', async () => {
    await using opened = client()
    const { firestore } = opened
    const all = firestore.collection('a')
    await Promise.all(
      [1, 2, 3, 4].map((n) => all.doc(String(n)).set({ n, tags: [`t${n}`, 'all'], map: { n } })),
    )
    expect(await idsOf(all.where('n', '>', 1).where('n', '<=', 3))).toEqual(['2', '3'])
    expect(await idsOf(all.where('n', 'in', [4, 1]))).toEqual(['1', '4'])
    expect(await idsOf(all.where('tags', 'array-contains', 't2'))).toEqual(['2'])
    const either = Filter.or(Filter.where('n', '==', 1), Filter.where('map.n', '==', 3))
    expect(await idsOf(all.where(either))).toEqual(['1', '3'])
    expect(await idsOf(all.orderBy('n').startAfter(2).limit(1))).toEqual(['3'])
    expect(await idsOf(all.orderBy('n', 'desc').startAt(3).endBefore(1))).toEqual(['3', '2'])
    expect(await idsOf(all.orderBy('n').offset(1).limit(2))).toEqual(['2', '3'])
    expect((await all.where('n', '>', 1).count().get()).data().count).toBe(3)
    const { docs } = await all.where('n', '==', 1).select('map.n').get()
    expect(docs[0]?.data()).toEqual({ map: { n: 1 } })
  })
})

describe('listeners', () => {
  test('a listener gets the initial documents of a query, then every change', async () => {
    await using opened = client()
    const { firestore } = opened
    const seen: string[][] = []
    await firestore.doc('a/1').set({ n: 1 })
    const stop = firestore
      .collection('a')
      .where('n', '>', 0)
      .onSnapshot(({ docs }) => seen.push(docs.map(({ id }) => id)))
    await expect.poll(() => seen.at(-1)).toEqual(['1'])
    await firestore.doc('a/2').set({ n: 2 })
    await expect.poll(() => seen.at(-1)).toEqual(['1', '2'])
    await firestore.doc('a/1').update({ n: 0 })
    await expect.poll(() => seen.at(-1)).toEqual(['2'])
    stop()
  })
})
