import { describe } from 'vitest'
import { describeBlobDerived } from './derived.ts'
import { describeBlobList } from './list.ts'
import { describeBlobReads } from './reads.ts'
import { describeBlobUploads } from './uploads.ts'
import { describeBlobWrites } from './writes.ts'
import { BlobWorld, type OpenBlobStore } from './world.ts'

/** The contract of `BlobStore`, for every adapter. */
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
