import { readFile, writeFile } from 'node:fs/promises'
import type { ImageJob, ImageOutcome } from './image-job.ts'
import { normalizeImage } from './normalize-image.ts'
import { drawPicture } from './picture.ts'
import { Refusal } from './refusals.ts'

// The program of a decoder process. It runs the job in its argument, in its working directory, and writes the outcome to the standard
// output. It exits if its standard input ends, which means that the parent has ended.
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
