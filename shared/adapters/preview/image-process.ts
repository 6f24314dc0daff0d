import { readFile, writeFile } from 'node:fs/promises'
import type { ImageJob, ImageOutcome } from './image-job.ts'
import { normalizeImage } from './normalize-image.ts'
import { drawPicture } from './picture.ts'
import { Refusal } from './refusals.ts'

// The program of a decoder process: does the one job that its argument describes, in its working directory, and says on the
// standard output what came of it. The standard input stays open as long as the parent lives.
if (import.meta.main) {
  process.stdin.once('end', () => process.exit(1)).resume()
  const outcome = await perform(JSON.parse(process.argv[2] ?? '') as ImageJob)
  process.stdout.write(JSON.stringify(outcome), () => process.exit(0))
}

async function perform({ task, source, target, ...options }: ImageJob): Promise<ImageOutcome> {
  const file = await readFile(source)
  try {
    const parts =
      task === 'normalize'
        ? await normalizeImage(file, options)
        : [await drawPicture(file, options.width ?? 0)]
    await writeFile(target, parts)
    return { outcome: 'done' }
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reason: error.reason }
    throw error
  }
}
