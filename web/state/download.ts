import { coffer } from './client.ts'
import type { FileRow, Row } from './rows.ts'
import { fail } from './toasts.ts'

/** Saves a file, or a ZIP of a folder or of several files. The browser streams the bytes from a link. */
export async function download(rows: readonly Row[]): Promise<void> {
  try {
    const { url } = await linkOf(rows)
    // No navigation: that would ask whether to leave while uploads run.
    Object.assign(document.createElement('a'), { href: url, download: '' }).click()
  } catch (error) {
    fail(error)
  }
}

function linkOf(rows: readonly Row[]): Promise<{ url: string }> {
  const [first] = rows
  if (rows.length === 1 && first?.kind === 'file') return coffer.link(first.key)
  if (rows.length === 1 && first?.kind === 'folder')
    return coffer.archiveLink({ prefix: first.path })
  const files = rows.filter((row): row is FileRow => row.kind === 'file')
  if (files.length < rows.length) {
    throw new Error('Select files only, or one folder: a ZIP holds the one or the other.')
  }
  return coffer.archiveLink({ ids: files.map(({ key }) => key) })
}

/** Opens a file in a new tab, if its type may be shown there. */
export async function openInTab(file: FileRow): Promise<void> {
  // Opened before the request, or the browser would take it for a pop-up.
  const tab = open('about:blank', '_blank')
  try {
    const { url } = await coffer.link(file.key, { inline: true })
    if (!tab) throw new Error('The browser has blocked the new tab.')
    tab.opener = null
    tab.location.href = url
  } catch (error) {
    tab?.close()
    fail(error)
  }
}
