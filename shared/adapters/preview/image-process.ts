import { rmdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import type { ImageJob, ImageOutcome } from './image-job.ts'
import { normalizeImage } from './normalize-image.ts'
import { drawAnything, drawPicture } from './draw/picture.ts'
import { drawForModel } from './draw/model-picture.ts'
import { Refusal } from './refusals.ts'
import { drawSvg } from './draw/svg.ts'
import { drawThumbnail } from './draw/thumbnail.ts'

// The program of a decoder process. It waits for one job, a line of its standard input, runs it, and writes the outcome to the standard
// output. It exits if its standard input ends, which means that the parent has ended, and then removes its directory. With the
// argument `warm` it uses the time before its job.
if (import.meta.main) {
  process.stdin.once('end', () => {
    removeEmpty(process.cwd())
    process.exit(1)
  })
  if (process.argv[2] === 'warm') await drawAnything()
  const outcome = await perform(JSON.parse(await firstLine()) as ImageJob)
  process.stdout.write(JSON.stringify(outcome), () => process.exit(0))
}

/** Keeps a directory that contains files. A later process removes it as stale. */
function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {}
}

function firstLine(): Promise<string> {
  let text = ''
  return new Promise((resolve) => {
    process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.endsWith('\n')) resolve(text)
    })
  })
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
