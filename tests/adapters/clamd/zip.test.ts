import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import {
  clamdNote,
  skipWithoutClamd,
  startClamd,
  type TestClamd,
} from '../../support/clamd/clamd.ts'
import {
  infected,
  unsupported,
  clean,
  malicious,
  innocent,
} from '../../support/clamd/archive-verdicts.ts'
import { eicar } from '../../support/files/eicar.ts'
import { oddZip, type OddEntry } from '../../support/files/odd-zip.ts'
import { scanBytes } from '../../support/clamd/scan-bytes.ts'
import { tarred } from '../../support/files/tar.ts'
import { zip } from '../../support/files/zip.ts'

const picture = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(3000, 0x21), Buffer.from(';')])
const program = Buffer.concat([Buffer.from('\u007fELF'), Buffer.alloc(70_000, 0x90)])
const document = Buffer.from('%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n')

const tape = Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\u000000'), Buffer.alloc(1272)])

/** Returns every combination of the switches. */
function combinations(switches: (keyof OddEntry)[]): OddEntry[] {
  return switches.reduce<OddEntry[]>(
    (entries, name) => entries.flatMap((entry) => [entry, { ...entry, [name]: true }]),
    [{}],
  )
}
const zip64Switches: (keyof OddEntry)[] = [
  'streamed',
  'wideDescriptor',
  'zip64Local',
  'zip64Directory',
  'zip64Offset',
  'zip64End',
]
const nameOf = (entry: OddEntry) => Object.keys(entry).join(', ') || 'plain'
const zip64Entries = combinations(zip64Switches).flatMap((entry) =>
  [0, 8].map((method): [string, OddEntry] => [
    `${nameOf(entry)}, method ${method}`,
    { ...entry, method },
  ]),
)

/** The end record and the Zip64 end record give different offsets of the directory. */
function contradicting(archive: Buffer): Buffer {
  const changed = Buffer.from(archive)
  changed.writeUInt32LE(5, changed.length - 6)
  return changed
}

/** A harmless archive without Zip64 that contains another archive for readers that look for a Zip64 end record first. */
function hidingAnother(): Buffer {
  const other = malicious({ zip64End: true })
  const plain = innocent({ prefix: other.subarray(0, -22) })
  const locatorAt = other.length - 42
  const end = plain.subarray(-22)
  return Buffer.concat([plain.subarray(0, -22), other.subarray(locatorAt - 56, -22), end])
}

describe.each([
  ['with the shipped signatures', undefined],
  ['of any other make', []],
])('a clamd %s', (_, signatures) => {
  describe.skipIf(skipWithoutClamd)(
    `never calls clean what it has not unpacked${clamdNote}`,
    () => {
      let clamd: TestClamd
      beforeAll(async () => {
        clamd = await startClamd([], signatures)
      })
      afterAll(() => clamd[Symbol.asyncDispose]())
      const scan = (bytes: Buffer) => scanBytes(new ClamdScanner({ path: clamd.socketPath }), bytes)

      test.each(zip64Entries)('Zip64 is scanned: %s', async (_, entry) => {
        expect(await scan(malicious(entry))).toEqual(infected)
        expect(await scan(innocent(entry))).toEqual(clean)
      })

      test.each([0, 8])('archives of streaming writers are scanned (method %i)', async (method) => {
        const entries: OddEntry[] = [
          { method },
          { method, streamed: true },
          { method, streamed: true, wideDescriptor: true },
          { method, streamed: true, wideDescriptor: true, zip64Local: true },
        ]
        for (const entry of entries) {
          expect(await scan(malicious(entry))).toEqual(infected)
          expect(await scan(innocent(entry))).toEqual(clean)
        }
      })

      test.each<[string, Buffer]>([
        ['compressed by LZMA', malicious({ method: 14 })],
        ['compressed by Zstandard', malicious({ method: 93 })],
        ['compressed by XZ', malicious({ method: 95 })],
        ['compressed by PPMd', malicious({ method: 98 })],
        [
          'with a header that claims to be empty',
          malicious({ claims: { compressedBytes: 0, sizeBytes: 0 } }),
        ],
        [
          'with a header that claims too little',
          malicious({ claims: { compressedBytes: 5, sizeBytes: 5 } }),
        ],
        [
          'in Zip64, with a header that claims too little',
          innocent({ zip64Local: true, claims: { compressedBytes: 5, sizeBytes: 5 } }),
        ],
        ['with two ends that disagree', contradicting(innocent({ zip64End: true }))],
        ['with a Zip64 end that the plain one hides', hidingAnother()],
        [
          'with a header that claims too much',
          malicious({ claims: { compressedBytes: 0x7fffffff, sizeBytes: 0x7fffffff } }),
        ],
        ['after another archive', Buffer.concat([innocent(), malicious()])],
        ['in front of another archive', Buffer.concat([malicious(), innocent()])],
        ['hidden in front of another archive', innocent({ prefix: malicious() })],
        ['without its directory', malicious().subarray(0, malicious().indexOf('PK\u0001\u0002'))],
        ['after a compressed file', Buffer.concat([gzipSync('innocent'), malicious()])],
        ['after a song', Buffer.concat([Buffer.from('ID3'), Buffer.alloc(1000), malicious()])],
        [
          'after an Ogg file',
          Buffer.concat([Buffer.from('OggS'), Buffer.alloc(1000), malicious()]),
        ],
        ['after a tape archive', Buffer.concat([tape, malicious()])],
        [
          'encrypted, after a picture',
          Buffer.concat([picture, zip('secret', eicar(), { encrypted: true })]),
        ],
      ])('%s: unscannable, unsupported-archive', async (_, archive) => {
        expect(await scan(archive)).toEqual(unsupported)
      })

      test.each<[string, Buffer, Buffer]>([
        ['after a picture', picture, Buffer.alloc(0)],
        ['after a program', program, Buffer.alloc(0)],
        ['after a document', document, Buffer.alloc(0)],
        ['after noise', Buffer.alloc(2_000_000, 'noise'), Buffer.alloc(0)],
        ['in front of noise', Buffer.alloc(0), Buffer.alloc(2_000_000, 'noise')],
      ])('a polyglot, the archive %s: infected', async (_, before, after) => {
        const archive = malicious({ method: 8 })
        expect(await scan(Buffer.concat([before, archive, after]))).toEqual(infected)
        expect(await scan(malicious({ prefix: before }))).toEqual(infected)
      })

      test.each(zip64Switches)('Zip64 after a document is scanned: %s', async (name) => {
        const entry = { [name]: true, prefix: document }
        expect(await scan(malicious(entry))).toEqual(infected)
        expect(await scan(innocent(entry))).toEqual(clean)
      })

      test.each(zip64Switches)('Zip64 stored in archives is scanned: %s', async (name) => {
        const entry = { [name]: true, method: 8 }
        const places = [
          (inner: Buffer) => oddZip('inner.zip', inner),
          (inner: Buffer) => oddZip('inner.zip', inner, { zip64Local: true, zip64End: true }),
          (inner: Buffer) => tarred([innocent({ zip64Local: true }), inner, innocent(entry)]),
        ]
        for (const place of places) {
          expect(await scan(place(malicious(entry)))).toEqual(infected)
          expect(await scan(place(innocent(entry)))).toEqual(clean)
        }
      })

      test.each([
        ['a picture', picture],
        ['a program', program],
        ['a document', document],
      ])('a streamed archive after %s is scanned', async (_, prefix) => {
        for (const method of [0, 8]) {
          const entry = { streamed: true, method }
          expect(await scan(Buffer.concat([prefix, malicious(entry)]))).toEqual(infected)
          expect(await scan(malicious({ ...entry, prefix }))).toEqual(infected)
          expect(await scan(innocent({ ...entry, prefix }))).toEqual(clean)
        }
      })

      test('an archive in the stream of a document is infected', async () => {
        const archive = malicious({ method: 8 })
        const stream = `1 0 obj\n<< /Type /EmbeddedFile /Length ${archive.length} >>\nstream\n`
        const parts = [
          `%PDF-1.4\n${stream}`,
          archive,
          '\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n',
        ]
        expect(await scan(Buffer.concat(parts.map((part) => Buffer.from(part))))).toEqual(infected)
      })

      test('Zstandard is scanned', async () => {
        const skippable = Buffer.from('502a4d180400000061626364', 'hex')
        const places = [
          (bytes: Buffer) => zstdCompressSync(bytes),
          (bytes: Buffer) => Buffer.concat([skippable, zstdCompressSync(bytes)]),
          (bytes: Buffer) =>
            Buffer.concat([zstdCompressSync('first'), zstdCompressSync(tarred([bytes]))]),
          (bytes: Buffer) => zstdCompressSync(oddZip('a', bytes, { zip64Local: true, method: 8 })),
        ]
        for (const place of places) {
          expect((await scan(place(eicar()))).verdict).not.toBe('clean')
        }
        expect(await scan(zstdCompressSync(eicar()))).toEqual(infected)
        expect(await scan(zstdCompressSync(tarred([eicar()])))).toEqual(infected)
        expect(await scan(zstdCompressSync(malicious({ zip64Local: true })))).toEqual(infected)
        for (const bytes of ['innocent', tarred([innocent()]), innocent({ zip64Local: true })])
          expect(await scan(zstdCompressSync(bytes))).toEqual(clean)
        expect(await scan(zstdCompressSync('innocent').subarray(0, -3))).toEqual(unsupported)
      })

      test.each([
        ['LZ4', '04224d18'],
        ['lzip', '4c5a495001'],
        ['lzop', '894c5a4f000d0a1a0a'],
        ['compress', '1f9d90'],
        ['compress with 12 bits', '1f9d8c'],
        ['LZMA without a container', '5d00008000ffffffffffffffff00'],
        ['LZMA of a known size', '5d0000800000080000000000000000'],
        ['7z by bzip2', `377abcaf271c${'00'.repeat(26)}425a68`],
        ['7z by Zstandard', `377abcaf271c${'00'.repeat(26)}28b52ffd`],
        ['7z by LZ4', `377abcaf271c${'00'.repeat(26)}04224d18`],
        ['ar, as Debian packages are', Buffer.from('!<arch>\ndebian-binary').toString('hex')],
        ['RPM', 'edabeedb0300'],
        ['SquashFS', `68737173${'00'.repeat(24)}04000000`],
        ['WIM', '4d5357494d000000'],
        ['ACE', '000000000000002a2a4143452a2a'],
        ['StuffIt', '5349542100'],
        ['ZPAQ', '376b5374'],
      ])('a format that no clamd unpacks is unsupported: %s', async (_, mark) => {
        const file = Buffer.concat([Buffer.from(mark, 'hex'), Buffer.alloc(500, 7)])
        expect(await scan(file)).toEqual(unsupported)
      })

      test('content that only resembles an archive is clean', async () => {
        const signatures = Buffer.from('PK\u0003\u0004 PK\u0001\u0002 PK\u0005\u0006')
        expect(await scan(signatures)).toEqual(clean)
        expect(await scan(Buffer.concat([Buffer.from('text '), signatures]))).toEqual(clean)
        expect(await scan(innocent().subarray(0, 20))).toEqual(clean)
        expect(await scan(oddZip('inner.zip', innocent({ streamed: true })))).toEqual(clean)
      })
    },
  )
})
