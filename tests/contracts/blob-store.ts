import { describe } from 'vitest'
import { describeBlobDerived } from './blob-derived.ts'
import { describeBlobList } from './blob-list.ts'
import { describeBlobReads } from './blob-reads.ts'
import { describeBlobUploads } from './blob-uploads.ts'
import { describeBlobWrites } from './blob-writes.ts'
import { BlobWorld, type OpenBlobStore } from './blob-world.ts'

/** The contract of `BlobStore` in ports.ts: one test a sentence, for every adapter. */
export function describeBlobStore(name: string, open: OpenBlobStore): void {
  const begin = () => BlobWorld.open(open)
  describe(`BlobStore: ${name}`, () => {
    describeBlobWrites(begin)
    describeBlobReads(begin)
    describeBlobUploads(begin)
    describeBlobDerived(begin)
    describeBlobList(begin)
  })
}
