import { randomUUID } from 'node:crypto'
import { join, parse } from 'node:path'
import { storeMedia, type Workspace } from 'coffer'
import sharp from 'sharp'

/** Takes an image in any form of `storeMedia` and returns the reference of its thumbnail in the workspace. */
export async function thumbnail(workspace: Workspace, file: string, width = 320): Promise<string> {
  const executionId = randomUUID()
  const context = { executionId }
  try {
    // Fetches and scans the image and detects its type. The result is a local file that sharp can open.
    const image = await storeMedia(workspace, {
      file,
      context,
      returnFormat: 'for_local_processing',
    })
    const directory = workspace.executionDirectory(executionId)
    const made = `${parse(image).name.slice(0, 60)}-${width}px.webp`
    await sharp(join(directory, image))
      .autoOrient()
      .resize({ width, withoutEnlargement: true })
      .webp()
      .toFile(join(directory, made))
    return await storeMedia(workspace, { file: made, context, returnFormat: 'for_block_output' })
  } finally {
    await workspace.cleanExecution(executionId)
  }
}
