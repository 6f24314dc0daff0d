import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Settings of a new LibreOffice profile. `BlockUntrustedRefererLinks` omits linked resources. Without it the page shows linked
 * pictures from any file of the server and from URLs. `Link` (0 in Writer, 2 in Calc) updates no link.
 */
const settings: [path: string, name: string, value: string][] = [
  ['Common/Security/Scripting', 'BlockUntrustedRefererLinks', 'true'],
  ['Common/Security/Scripting', 'DisableMacrosExecution', 'true'],
  ['Common/Security/Scripting', 'MacroSecurityLevel', '3'],
  ['Writer/Content/Update', 'Link', '0'],
  ['Calc/Content/Update', 'Link', '2'],
]

const items = settings.map(
  ([path, name, value]) =>
    `<item oor:path="/org.openoffice.Office.${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`,
)

const registry = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
${items.join('\n')}
</oor:items>
`

/** Writes a profile without macros and links to a directory. Resolves to its name. */
export async function writeProfile(directory: string): Promise<string> {
  const name = 'profile'
  await mkdir(join(directory, name, 'user'), { recursive: true })
  await writeFile(join(directory, name, 'user', 'registrymodifications.xcu'), registry)
  return name
}
