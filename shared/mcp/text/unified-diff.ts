import { formatPatch, structuredPatch, type StructuredPatch } from 'diff'

const maxBytes = 8 * 1024
/** Bounds of the search for the shortest difference, whose cost grows with the square of the number of changed lines. */
const quickMs = 20
const slowMs = 1000
const contextLines = 3

/** The hunks of a unified diff, cut after 8 KiB. Other requests run between the steps of a search that takes longer than 20 ms. */
export async function unifiedDiff(before: string, after: string): Promise<string> {
  const context = contextLines
  const quick = { context, timeout: quickMs }
  const patch =
    structuredPatch('', '', before, after, '', '', quick) ??
    (await new Promise<StructuredPatch | undefined>((resolve) => {
      const slow = { context, timeout: slowMs, callback: resolve }
      structuredPatch('', '', before, after, '', '', slow)
    }))
  if (!patch) return 'The diff is too long to show; read the file to see the result.'
  const text = formatPatch({ ...patch, oldFileName: 'before', newFileName: 'after' })
  const hunks = text.slice(Math.max(0, text.indexOf('@@'))).trimEnd()
  const bytes = Buffer.from(hunks)
  if (bytes.length <= maxBytes) return hunks
  const end = bytes.lastIndexOf('\n', maxBytes)
  const shown = bytes.subarray(0, Math.max(0, end)).toString()
  return `${shown}\n… the diff has ${bytes.length} bytes, of which ${maxBytes} are shown at most`
}
