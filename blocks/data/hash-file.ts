import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { defineBlock, media } from '../../shared/blocks/sdk.ts'

export const hashFile = defineBlock({
  id: '3f8c2d61-9b7a-4e05-a1c4-d08e5b6f7a92',
  name: 'HashFile',
  description: 'Computes the digest of a file, such as its SHA-256, and counts its bytes.',
  categories: ['data', 'developer_tools'],
  idempotent: true,
  input: z.object({
    file: media().meta({ title: 'File' }),
    algorithm: z
      .enum(['sha256', 'sha512', 'sha3-256', 'sha1', 'md5'])
      .default('sha256')
      .meta({ title: 'Algorithm', description: 'sha1 and md5 only compare with old lists' }),
  }),
  output: z.object({
    digest: z.string().meta({ title: 'Digest', description: 'In lower-case hexadecimal' }),
    bytes: z.int().meta({ title: 'Bytes' }),
  }),
  async *run({ input: { file, algorithm }, output, context: { directory, signal } }) {
    const hash = createHash(algorithm)
    let bytes = 0
    const count = async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        bytes += chunk.length
        hash.update(chunk)
      }
    }
    await pipeline(createReadStream(join(directory, file)), count, { signal })
    yield output.digest(hash.digest('hex'))
    yield output.bytes(bytes)
  },
  tests: [
    {
      // FIPS 180-2, appendix B.1.
      input: { file: 'data:text/plain,abc' },
      output: [
        ['digest', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
        ['bytes', 3],
      ],
    },
    {
      // RFC 1321, appendix A.5.
      name: 'computes MD5 of an empty file',
      files: { '/empty.bin': '' },
      input: { file: 'workspace:///empty.bin', algorithm: 'md5' },
      output: [
        ['digest', 'd41d8cd98f00b204e9800998ecf8427e'],
        ['bytes', 0],
      ],
    },
    {
      name: 'reads a file of several chunks',
      files: { '/zeros.bin': new Uint8Array(300_000) },
      input: { file: 'workspace:///zeros.bin', algorithm: 'sha1' },
      output: [
        ['digest', createHash('sha1').update(new Uint8Array(300_000)).digest('hex')],
        ['bytes', 300_000],
      ],
    },
    {
      name: 'says that a file does not exist',
      input: { file: 'workspace:///missing.bin' },
      output: [['error', /^file: /]],
    },
  ],
})
