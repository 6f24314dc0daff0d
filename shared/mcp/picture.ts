import type { ContentBlock } from '@modelcontextprotocol/server'
import { modelPictureType } from '../media/model-picture-type.ts'
import { modelPicture } from '../workspace/model-picture.ts'
import type { Content } from '../workspace/read.ts'
import type { Agent } from './agent.ts'

/** A picture of a file as a model sees it. */
export async function pictureBlock(
  { ports, signal }: Pick<Agent, 'ports' | 'signal'>,
  content: Content,
  page?: number,
): Promise<ContentBlock> {
  const picture = await modelPicture(ports, content, { page, signal })
  const mimeType = modelPictureType(picture)
  return { type: 'image', mimeType, data: picture.toString('base64') }
}
