import { formatPatch, structuredPatch } from 'diff'

const maxBytes = 8 * 1024
/** Bounds the search for a short difference. */
const timeoutMs = 300
const contextLines = 3

/** The hunks of a unified diff, cut after 8 KiB. */
export function unifiedDiff(before: string, after: string): string {
  const options = { context: contextLines, timeout: timeoutMs }
  const patch = structuredPatch('', '', before, after, '', '', options)
  if (!patch) return 'The diff is too long to show; read the file to see the result.'
  const text = formatPatch({ ...patch, oldFileName: 'before', newFileName: 'after' })
  const hunks = text.slice(Math.max(0, text.indexOf('@@'))).trimEnd()
  const bytes = Buffer.from(hunks)
  if (bytes.length <= maxBytes) return hunks
  const end = bytes.lastIndexOf('\n', maxBytes)
  const shown = bytes.subarray(0, Math.max(0, end)).toString()
  return `${shown}\n… the diff has ${bytes.length} bytes, of which ${maxBytes} are shown at most`
}
