import { z } from 'zod'
import { blocksOf } from '../blocks-of.ts'
import { defineTool, reads, structured } from '../tool.ts'

const maxFound = 10

/** `find_block`: blocks by words, without their schemas, which `run_block` shows. */
export const findBlockTool = defineTool({
  name: 'find_block',
  title: 'Find blocks',
  description:
    'Finds blocks, which work on files: resize an image, cut a video, read a PDF, make a chart. Then call run_block.',
  input: z.strictObject({
    query: z.string().min(1).max(200),
    limit: z.int().min(1).max(maxFound).default(5),
  }),
  output: z.object({
    blocks: z.array(z.object({ id: z.string(), name: z.string(), description: z.string() })),
  }),
  hints: reads,
  async call(agent, { query, limit }) {
    const found = await (await blocksOf(agent)).find(query, limit)
    const blocks = found.map(({ id, name, description }) => ({ id, name, description }))
    const lines = blocks.map(({ name, description }) => `${name}: ${description}`)
    const end =
      blocks.length === 0
        ? 'No block matches. Use other words, such as "image" or "pdf".'
        : 'Next: run_block with block="NAME" shows its input.'
    return structured({ blocks }, [...lines, end].join('\n'))
  },
})
