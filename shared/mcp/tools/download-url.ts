import { z } from 'zod'
import { download } from '../../workspace/download.ts'
import { readyFile } from '../../workspace/read.ts'
import { fileArgument, fileNamed } from '../file-argument.ts'
import { quoted } from '../shell.ts'
import { defineTool, reads, structured } from '../tool.ts'

/** `get_workspace_download_url`: a link to the bytes of a file. */
export const downloadUrlTool = defineTool({
  name: 'get_workspace_download_url',
  title: 'Get download link',
  description:
    'Returns a link to the bytes of a file, and a command that saves them. The link opens the file to anyone who has it, until it expires.',
  input: z.strictObject({
    file: fileArgument,
    expiresSeconds: z.int().min(60).max(3600).default(300),
    inline: z.boolean().default(false).describe('Display in a browser instead of saving'),
  }),
  output: z.object({
    url: z.string(),
    expiresAt: z.string(),
    command: z.string(),
    sizeBytes: z.int(),
    checksum: z.string(),
    warning: z.string(),
  }),
  hints: reads,
  async call({ ports, caller, absoluteUrl, servedAs }, { file: name, expiresSeconds, inline }) {
    const file = await readyFile(ports, caller, fileNamed(caller, name))
    const link = await download(ports, caller, {
      id: file.id,
      expiresInSeconds: expiresSeconds,
      servedAs: (ready) => servedAs(ready, inline),
    })
    const url = absoluteUrl(link.url)
    return structured({
      url,
      expiresAt: link.expiresAt.toISOString(),
      command: `curl -sSL --fail -o ${quoted(`./${file.name}`)} ${quoted(url)}`,
      sizeBytes: file.sizeBytes,
      checksum: file.checksum,
      warning: 'Anyone who has this URL can read the file until it expires.',
    })
  },
})
