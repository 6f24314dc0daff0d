import { readFile, writeFile } from 'node:fs/promises'
import type { ImageJob, ImageOutcome } from './image-job.ts'
import { normalizeImage } from './normalize-image.ts'
import { drawPicture } from './draw/picture.ts'
import { drawForModel } from './draw/model-picture.ts'
import { Refusal } from './refusals.ts'
import { drawSvg } from './draw/svg.ts'
import { drawThumbnail } from './draw/thumbnail.ts'

// The program of a decoder process. It runs the job in its argument, in its working directory, and writes the outcome to the standard
// output. It exits if its standard input ends, which means that the parent has ended.
if (import.meta.main) {
  process.stdin.once('end', () => process.exit(1)).resume()
  const outcome = await perform(JSON.parse(process.argv[2] ?? '') as ImageJob)
  process.stdout.write(JSON.stringify(outcome), () => process.exit(0))
}

async function perform({ task, source, target, ...options }: ImageJob): Promise<ImageOutcome> {
  try {
    await writeFile(target, await resultOf(task, source, options))
    return { outcome: 'done' }
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reason: error.reason }
    throw error
  }
}

async function resultOf(
  task: ImageJob['task'],
  source: string,
  { width = 0, forModel, ...options }: Omit<ImageJob, 'task' | 'source' | 'target'>,
): Promise<Buffer[]> {
  const forAll = async (drawn: Buffer) => [
    forModel ? await drawForModel(drawn, width, forModel) : drawn,
  ]
  switch (task) {
    case 'draw': {
      const file = await readFile(source)
      return forModel ? forAll(file) : [await drawPicture(file, width)]
    }
    case 'draw-svg':
      return forAll(await drawSvg(await readFile(source), width))
    case 'draw-thumbnail':
      return forAll(await drawThumbnail(source, width))
    case 'normalize':
      return normalizeImage(await readFile(source), options)
  }
}
