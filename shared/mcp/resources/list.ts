import type { Resource } from '@modelcontextprotocol/server'
import { formatReference } from '../../media/reference.ts'
import { modifiedAtOf, type FileRecord } from '../../model/file.ts'
import { list } from '../../workspace/list.ts'
import type { Agent } from '../agent.ts'
import { protocolErrors } from './protocol-errors.ts'

/** Hosts show the list for mentions of files. */
const maxResources = 50

export const pathTemplate = 'workspace:///{+path}'

export const resourceTemplates = {
  resourceTemplates: [
    {
      name: 'path',
      title: 'File at a path',
      uriTemplate: pathTemplate,
      description: 'The clean file at a path.',
    },
    {
      name: 'id',
      title: 'File by its id',
      uriTemplate: 'workspace://{id}',
      description: 'A file in the version that it had when its id was read.',
    },
  ],
}

/** The newest ready files. */
export function listResources(agent: Agent): Promise<{ resources: Resource[] }> {
  return protocolErrors(agent, async () => {
    const request = { state: 'ready' as const, limit: maxResources }
    const { files } = await list(agent.ports, agent.caller, request)
    return { resources: files.map(resourceOf) }
  })
}

function resourceOf(file: FileRecord): Resource {
  const { path, name, mimeType, sizeBytes } = file
  return {
    uri: formatReference({ path }),
    name,
    title: path,
    mimeType,
    size: sizeBytes,
    annotations: { lastModified: modifiedAtOf(file) },
  }
}
