import { isReadable, pagesOf } from '../../media/document-text/pdf-pages.ts'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Content } from '../read.ts'

export const pdfType = 'application/pdf'

/** The first and last page, from 1. */
export interface PageRange {
  first: number
  last: number
}

/** Parses `3` or `1-3`. */
export function parsePages(text: string | undefined): PageRange | undefined {
  if (text === undefined) return undefined
  const [, from = '', to = from] = /^([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/.exec(text) ?? []
  const range = { first: Number(from), last: Number(to) }
  if (from !== '' && range.last >= range.first) return range
  throw invalid('pages', 'must be a page or a range of pages, such as 2 or 1-3')
}

/** The pages of a PDF as text, each with its number; undefined if they have no readable text. */
export async function pdfPages(
  { ports, signal }: { ports: Pick<Ports, 'renderer'>; signal: AbortSignal },
  { file, open }: Content,
  range?: PageRange,
): Promise<string | undefined> {
  const { sizeBytes } = file
  const text = await ports.renderer.text({ open, sizeBytes, signal })
  const pages = pagesOf(text.toString())
  const { first, last } = range ?? { first: 1, last: pages.length }
  if (first > Math.max(1, pages.length)) throw pastEnd(pages.length)
  const chosen = pages.slice(first - 1, last)
  if (!isReadable(chosen)) return undefined
  return chosen
    .map((page, at) => `--- page ${first + at} of ${pages.length} ---\n${page.trimEnd()}\n`)
    .join('\n')
}

function pastEnd(count: number): WorkspaceError {
  return new WorkspaceError('range-not-satisfiable', `The document has ${count} pages.`)
}
