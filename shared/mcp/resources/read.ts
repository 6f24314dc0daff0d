import { buffer } from 'node:stream/consumers'
import { ResourceNotFoundError, type ReadResourceResult } from '@modelcontextprotocol/server'
import { isTextFormat } from '../../media/text-formats.ts'
import { parseReference } from '../../media/reference.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { ReadyFile } from '../../model/file.ts'
import { readContent, type Content } from '../../workspace/read.ts'
import type { Agent } from '../agent.ts'
import { wholeTextOf } from '../text/whole-text.ts'
import { protocolErrors } from './protocol-errors.ts'

const mebibyte = 1024 * 1024
const maxTextBytes = mebibyte
const maxBlobBytes = 4 * mebibyte

/** `resources/read`: the whole file, which the user has chosen. */
export function readResource(agent: Agent, uri: string): Promise<ReadResourceResult> {
  return protocolErrors(agent, async () => {
    const content = await contentOf(agent, uri)
    const { mimeType, sizeBytes } = content.file
    const isText = isTextFormat(mimeType)
    if (sizeBytes > (isText ? maxTextBytes : maxBlobBytes)) throw tooLarge(content.file)
    const body = isText
      ? { text: await wholeTextOf(agent.ports, content, agent.signal) }
      : { blob: await base64(content) }
    return { contents: [{ uri, mimeType, ...body }] }
  })
}

async function contentOf({ ports, caller }: Agent, uri: string): Promise<Content> {
  try {
    return await readContent(ports, caller, parseReference(uri))
  } catch (error) {
    const isUnknown = error instanceof WorkspaceError && unknown.has(error.code)
    throw isUnknown ? new ResourceNotFoundError(uri.slice(0, 2000).toWellFormed()) : error
  }
}

const unknown = new Set(['not-found', 'invalid-request'])

async function base64({ file, open }: Content): Promise<string> {
  return file.sizeBytes === 0 ? '' : (await buffer(await open())).toString('base64')
}

function tooLarge({ id, sizeBytes }: ReadyFile): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The file has ${sizeBytes} bytes, more than a resource may have. Use read_workspace_file or get_workspace_download_url with file="${id}".`,
  )
}
