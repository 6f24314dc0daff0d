import { access, link } from 'node:fs/promises'
import { join } from 'node:path'
import { officeFormat } from '../../../../media/office-formats.ts'
import { runHelper } from '../../helper-program.ts'
import { libreOfficeMissing, Refusal } from '../../refusals.ts'
import { drawPage } from '../pdf.ts'
import { writeProfile } from './profile.ts'
import { isInstalled } from '../../../programs/sandbox.ts'
import { sandboxed } from './sandbox.ts'

interface DocumentRequest {
  directory: string
  /** The file's name in the directory. */
  source: string
  mimeType: string
  width: number
  signal: AbortSignal
  /** True on a machine without data and network. */
  isSealed: boolean
}

/** Time limit of LibreOffice. Leaves time to draw the picture that the document contains. */
const conversionSeconds = 30

/**
 * Draws the first page, sheet or slide of a document: LibreOffice converts it to PDF, and poppler draws that. Resolves to the name of a
 * PNG in the directory. Throws a `Refusal`, or a `WorkspaceError` if a program is missing. Needs soffice, and bubblewrap except on a
 * sealed machine.
 */
export async function officePage(request: DocumentRequest): Promise<string> {
  const { directory, mimeType, signal, isSealed } = request
  const format = officeFormat(mimeType)
  if (!format) throw new Refusal('empty')
  if (!(await isInstalled('soffice'))) throw libreOfficeMissing('soffice')
  const command = await sandboxed('soffice', { directory, isSealed, signal })
  if (!command) throw libreOfficeMissing('bwrap')
  const { extension, exportFilter, importFilter } = format
  const document = `document.${extension}`
  // The extension tells LibreOffice the format of a legacy document.
  await link(join(directory, request.source), join(directory, document))
  const profile = await writeProfile(directory)
  const pages = JSON.stringify({ PageRange: { type: 'string', value: '1' } })
  const args = [
    ['--headless', '--norestore', '--nolockcheck', '--nodefault', '--nologo'],
    [`-env:UserInstallation=file://${join(directory, profile)}`],
    importFilter === undefined ? [] : [`--infilter=${importFilter}`],
    ['--convert-to', `pdf:${exportFilter}:${pages}`, document],
  ].flat()
  await runHelper({
    program: command.program,
    args: [...command.args, ...args],
    format: 'Office documents',
    directory,
    signal: AbortSignal.any([signal, AbortSignal.timeout(conversionSeconds * 1000)]),
  })
  // LibreOffice reports success for a document that it cannot load.
  const source = 'document.pdf'
  await access(join(directory, source)).catch((cause: unknown) => {
    throw new Refusal('damaged', cause)
  })
  return drawPage({ ...request, source, page: 1 })
}
