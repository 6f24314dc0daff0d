/**
 * The shapes of AutoGPT's workspace tools (`backend/copilot/tools/workspace_files.py`): a list is rows and the same rows as prose,
 * and a text is base64 in JSON, up to 32 KiB at once.
 */
export interface TextFile {
  id: string
  path: string
  name: string
  mimeType: string
  text: string
}

export function listAnswer(files: readonly TextFile[]): string {
  const rows = files.map(({ id, path, name, mimeType, text }) => ({
    file_id: id,
    name,
    path,
    mime_type: mimeType,
    size_bytes: Buffer.byteLength(text),
  }))
  const total = rows.reduce((sum, { size_bytes: size }) => sum + size, 0)
  const prose = rows.map((row) => `- ${row.path} (${row.size_bytes} bytes, ${row.mime_type})`)
  return JSON.stringify({
    type: 'workspace_file_list',
    message: [`Found ${rows.length} file(s) in workspace (${total} bytes):`, ...prose].join('\n'),
    files: rows,
    total_count: rows.length,
  })
}

const inlineBytes = 32 * 1024
const previewBytes = 500

/** Larger files give only a preview, so that a text is read in pieces with `offset` and `length`. */
export function readAnswer({ id, name, path, mimeType, text }: TextFile): string {
  const bytes = Buffer.from(text)
  const about = { file_id: id, name, path, mime_type: mimeType }
  if (bytes.length > inlineBytes) {
    const message = `File is ${bytes.length} bytes; use offset and length to read it.`
    const preview = bytes.subarray(0, previewBytes).toString()
    return JSON.stringify({ type: 'workspace_file_metadata', message, ...about, preview })
  }
  return JSON.stringify({
    type: 'workspace_file_content',
    message: `Successfully read file: ${name}`,
    ...about,
    content_base64: bytes.toString('base64'),
  })
}

/** Writing answers the record with a preview of the content. */
export function writeAnswer({ id, name, path, mimeType, text }: TextFile): string {
  return JSON.stringify({
    type: 'workspace_file_written',
    message: `Successfully wrote file: ${name}`,
    file_id: id,
    name,
    path,
    mime_type: mimeType,
    size_bytes: Buffer.byteLength(text),
    source: 'content',
    content_preview: text.slice(0, 200),
  })
}
