import type { ProbeBucket } from './probe-bucket.ts'

/** The contract of the port, its tests with much data, the black-box suite, and the uploads of the client. */
export type Suite = 'contract' | 'bulk' | 'api' | 'client'

/** An ability of Cloud Storage that an emulator may lack. */
export interface Ability {
  /** The behavior of an emulator without it. */
  reason: string
  /** The names of the tests that need it, by suite. A name of no test fails the suite. */
  tests: Partial<Record<Suite, string[]>>
  /** Whether the emulator proves to lack it. An error response proves nothing. */
  isMissing: (bucket: ProbeBucket) => Promise<boolean>
}

interface Page {
  items?: object[]
}

const chunk = 'x'.repeat(256 * 1024)

const uploadsThatAsk = [
  'uploads with the answer to every chunk lost',
  'uploads with the connection cut before every chunk',
  'uploads with a connection cut in the middle of a chunk',
  'uploads with 503 with Retry-After',
  'uploads with 503, 502 and 429 of a proxy',
  'continues after it was offline',
  'resumes after the page was closed in the middle',
]

export const abilities: Ability[] = [
  {
    reason: 'ignores ifGenerationMatch of an upload',
    tests: {
      contract: [
        'rejects a write to a taken storage path',
        'exactly one of two concurrent writes succeeds',
      ],
    },
    async isMissing(bucket) {
      const name = bucket.newName()
      await bucket.store(name)
      return (await bucket.store(name, '&ifGenerationMatch=0')).status < 300
    },
  },
  {
    reason: 'ignores ifGenerationMatch or sourceGeneration of a copy',
    tests: { contract: ['rejects a taken storage path and a missing generation'] },
    async isMissing(bucket) {
      const [from, to] = [bucket.newName(), bucket.newName()]
      await bucket.store(from)
      await bucket.store(to)
      const onto = await bucket.copy(from, to, 'ifGenerationMatch=0')
      const ofNothing = await bucket.copy(from, bucket.newName(), 'sourceGeneration=1')
      return onto.status < 300 || ofNothing.status < 300
    },
  },
  {
    reason: 'ignores the generation that is asked for',
    tests: { contract: ['returns undefined for another generation and for another name'] },
    async isMissing(bucket) {
      const name = bucket.newName()
      await bucket.store(name)
      return (await bucket.media(name, '&generation=1')).status < 300
    },
  },
  {
    reason: 'ignores the generation that is to be deleted',
    tests: { contract: ['deletes exactly one generation'] },
    async isMissing(bucket) {
      const name = bucket.newName()
      await bucket.store(name)
      await bucket.remove(name, 'generation=1&ifGenerationMatch=1')
      return (await bucket.media(name)).status === 404
    },
  },
  {
    reason: 'lists everything on one page',
    tests: {
      contract: [
        ...[1, 2, 3, 7].map((limit) => `lists every blob once, in pages of at most ${limit}`),
        'only the last page has no next',
        'lists each remaining blob once while others are added and removed between pages',
      ],
      bulk: ['returns each of 1,500 blobs once, for any page size'],
    },
    async isMissing(bucket) {
      for (let i = 0; i < 2; i++) await bucket.store(bucket.newName())
      const { items = [] } = JSON.parse((await bucket.list('maxResults=1')).text) as Page
      return items.length > 1
    },
  },
  {
    reason: 'takes an upload in one request only',
    tests: {
      contract: [
        'accepts chunks in multiples of chunkMultiple and reports the held bytes with 308',
        'reports the held bytes of a session',
      ],
      bulk: ['stays constant while 300 MB are written and read'],
      api: ['chunks are 308 with Range, the last one is 2xx, and the file becomes ready'],
      client: [
        ...uploadsThatAsk,
        'uploads with no fault',
        'uploads with 308 with less than was sent',
        'uploads with a session that ends',
        'uploads with a token that expires in the middle',
        'does not mix a file with another one of the same name, size and date',
      ],
    },
    async isMissing(bucket) {
      const session = await bucket.session(bucket.newName(), 2 * chunk.length)
      const range = `bytes 0-${chunk.length - 1}/${2 * chunk.length}`
      return (await bucket.send(session, chunk, range)).status < 300
    },
  },
  {
    reason: 'does not say what a session holds, or completes it when it is asked',
    tests: {
      contract: ['reports the held bytes of a session'],
      api: [
        'the status query answers the received range',
        'an upload resumes after a broken connection',
        'a body shorter than its Content-Range completes nothing, and the upload continues',
        'a modified upload URL is refused',
      ],
      client: uploadsThatAsk,
    },
    async isMissing(bucket) {
      const session = await bucket.session(bucket.newName(), 5)
      const { status, headers } = await bucket.send(session, '', 'bytes */5')
      return status < 300 || headers.has('range')
    },
  },
  {
    reason: 'takes a chunk that comes twice for two',
    tests: { api: ['ignores bytes that it has already received'] },
    async isMissing(bucket) {
      const name = bucket.newName()
      const session = await bucket.session(name, 2 * chunk.length)
      await bucket.send(session, chunk, `bytes 0-${chunk.length - 1}/${2 * chunk.length}`)
      const all = `bytes 0-${2 * chunk.length - 1}/${2 * chunk.length}`
      await bucket.send(session, chunk + chunk, all)
      return (await bucket.media(name)).text.length !== 2 * chunk.length
    },
  },
  {
    reason: 'forgets a session that is complete',
    tests: {
      contract: ['a repeated last chunk and a status query after it report a complete upload'],
      api: ['a repeated last chunk is 2xx and changes nothing'],
    },
    async isMissing(bucket) {
      const session = await bucket.session(bucket.newName(), 5)
      await bucket.send(session, 'bytes', 'bytes 0-4/5')
      const again = await bucket.send(session, 'bytes', 'bytes 0-4/5')
      const asked = await bucket.send(session, '', 'bytes */5')
      return again.status >= 300 || asked.status >= 300
    },
  },
  {
    reason: 'ignores the size that a session was opened for',
    tests: {
      contract: ['rejects more bytes than sizeBytes'],
      api: ['a gap, a wrong total or excess bytes are 4xx and change nothing'],
    },
    async isMissing(bucket) {
      const session = await bucket.session(bucket.newName(), 5)
      return (await bucket.send(session, 'bytes!', 'bytes 0-5/6')).status < 300
    },
  },
  {
    reason: 'cannot cancel a session',
    tests: {
      contract: ['a cancelled session answers 404, 410 or 499'],
      api: [
        'cancel is 499, and ends the session',
        'DELETE of a pending file cancels its reservation and its upload URL',
      ],
    },
    async isMissing(bucket) {
      const session = await bucket.session(bucket.newName(), 5)
      await bucket.cancel(session)
      return (await bucket.send(session, 'bytes', 'bytes 0-4/5')).status < 300
    },
  },
  {
    reason: 'serves links that have expired',
    tests: { contract: ['serves until it expires'], api: ['refuses an expired link'] },
    async isMissing(bucket) {
      const name = bucket.newName()
      await bucket.store(name)
      const signedAt = new Date(Date.now() - 60_000)
      return (await bucket.link(name, { signedAt, seconds: 1 })).status < 300
    },
  },
  {
    reason: 'writes by links that read',
    tests: { api: ['a signed URL allows only reading'] },
    async isMissing(bucket) {
      const name = bucket.newName()
      await bucket.store(name)
      const answers = ['PUT', 'POST', 'DELETE'].map((method) => bucket.link(name, { method }))
      return (await Promise.all(answers)).some(({ status }) => status < 300)
    },
  },
  {
    reason: 'ignores the type or the disposition that a link carries',
    tests: {
      contract: ['serves this generation by GET and HEAD'],
      api: ['a signed URL serves the name and type of the file as an untrusted attachment'],
    },
    async isMissing(bucket) {
      const name = bucket.newName()
      await bucket.store(name)
      const query =
        '&response-content-type=text%2Fcsv&response-content-disposition=attachment%3B+filename%3Da'
      const { status, headers } = await bucket.link(name, { query })
      const given = `${headers.get('content-type')} ${headers.get('content-disposition')}`
      return status < 300 && given !== 'text/csv attachment; filename=a'
    },
  },
  {
    reason: 'ignores the generation that a link carries',
    tests: { contract: ['serves no other generation'] },
    async isMissing(bucket) {
      const name = bucket.newName()
      await bucket.store(name)
      return (await bucket.link(name, { query: '&generation=1' })).status < 300
    },
  },
]
