import { openDiskStore, temporaryDirectory } from '../support/disk-store.ts'
import { describeBlobStore } from './blob-store.ts'

describeBlobStore('disk', async () => {
  const directory = await temporaryDirectory()
  const opened = await openDiskStore(directory.path)
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
})
