import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, type FormatConfig } from 'oxfmt'

/** A file that is made from the source, in full. */
export interface Generated {
  file: string
  text: string
}

/** A path below the root. */
export const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** As the formatter of the whole project leaves it. */
export async function formatted(file: string, text: string): Promise<Generated> {
  const options = JSON.parse(await readFile(at('.oxfmtrc.json'), 'utf8')) as FormatConfig
  const { code, errors } = await format(file, text, options)
  if (errors.length > 0) throw new Error(`${file} cannot be formatted: ${JSON.stringify(errors)}`)
  return { file, text: code }
}
