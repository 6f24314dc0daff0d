import { z } from 'zod'
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server'
import { isReference, parseReference } from '../../media/reference.ts'
import { invalid } from '../../model/errors.ts'
import type { RunEvent } from '../../model/runs/run-event.ts'
import { readContent } from '../../workspace/read.ts'
import type { Agent } from '../agent.ts'
import type { DescribedBlock } from '../agent-blocks.ts'
import { blocksOf } from '../blocks-of.ts'
import { pictureBlock } from '../picture.ts'
import { changes, defineTool } from '../tool.ts'

/** Pictures of the outputs that are shown. */
const maxPictures = 3

/** Longer values are cut: they are in the record of the run. */
const maxValueCharacters = 8000

/**
 * `run_block`: shows the input of a block, or runs it. Files in its answer are references, and pictures also image content: base64 in
 * `structuredContent` would reach the model as text, so it has no structure.
 */
export const runBlockTool = defineTool({
  name: 'run_block',
  title: 'Run a block',
  description:
    'Runs a block and returns its outputs. Without input, returns the schema of its input and an example. Files of the input are workspace:///path, an http URL or a data URI; files of the output are stored in the workspace. A call ends after 45 seconds and cancels its run.',
  input: z.strictObject({
    block: z.string().min(1).max(100).describe('Name or id'),
    input: z.record(z.string(), z.unknown()).optional(),
  }),
  hints: { ...changes, openWorldHint: true },
  async call(agent, { block: name, input }) {
    const blocks = await blocksOf(agent)
    const block = await blocks.get(name)
    if (!block)
      throw invalid('block', 'is not a block of this server; look for one with find_block')
    if (!input || Object.keys(input).length === 0) return schemaAnswer(block)
    const { caller, signal } = agent
    const events = blocks.run({ id: block.id, input, caller, signal })
    const outputs: Output[] = []
    let end: RunEvent | undefined
    for await (const event of events) {
      if (event.type === 'output') outputs.push(event)
      else if (event.type === 'progress') agent.progress(event.fraction ?? 0, 1)
      else end = event
    }
    return answerOf(agent, block, { outputs, end })
  },
})

type Output = Extract<RunEvent, { type: 'output' }>

/** What a block needs, in the words of its schema. */
function schemaAnswer({
  name,
  description,
  input,
  output,
  examples,
}: DescribedBlock): CallToolResult {
  const [example] = examples
  const lines = [
    `${name}: ${description}`,
    `input: ${JSON.stringify(plain(input))}`,
    `output: ${JSON.stringify(plain(output))}`,
    ...(example ? [`example: ${shortened(JSON.stringify(example))}`] : []),
  ]
  return { content: [{ type: 'text', text: lines.join('\n') }] }
}

/** A schema without keywords that only forms and validators use. */
function plain(schema: object): object {
  const hidden = new Set(['$schema', 'media', 'minLength', 'placeholder', 'advanced', 'hidden'])
  const entries = Object.entries(schema).filter(([key]) => !hidden.has(key))
  return Object.fromEntries(
    entries.map(([key, value]: [string, unknown]) => {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
      return [key, isObject ? plain(value) : value]
    }),
  )
}

async function answerOf(
  agent: Agent,
  { name }: DescribedBlock,
  { outputs, end }: { outputs: Output[]; end: RunEvent | undefined },
): Promise<CallToolResult> {
  const lines = outputs.map((each) => `${each.name}: ${shortened(JSON.stringify(each.value))}`)
  const isError = end?.type !== 'completed'
  const reason = end?.type === 'failed' ? `: ${end.code}: ${end.detail}` : '.'
  const head = isError ? `${name} has failed${reason}` : `${name} has completed.`
  const pictures = await picturesOf(agent, outputs)
  return {
    content: [{ type: 'text', text: [head, ...lines].join('\n') }, ...pictures],
    ...(isError && { isError }),
  }
}

/** The first pictures of the outputs. A picture that cannot be made is left out: its reference is in the text. */
async function picturesOf(agent: Agent, outputs: Output[]): Promise<ContentBlock[]> {
  const references = outputs.flatMap(({ value }) => textsOf(value)).filter(isPicture)
  const pictures: ContentBlock[] = []
  for (const reference of references.slice(0, maxPictures)) {
    const shown = await readContent(agent.ports, agent.caller, parseReference(reference))
      .then((content) => pictureBlock(agent, content))
      .catch(() => undefined)
    if (shown) pictures.push(shown)
  }
  return pictures
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}

function isPicture(text: string): boolean {
  return isReference(text) && text.includes('#image/')
}

function shortened(text: string): string {
  if (text.length <= maxValueCharacters) return text
  return `${text.slice(0, maxValueCharacters).toWellFormed()}… (${text.length} characters)`
}
