import { BlockInputError, type ExecutionContext } from '../../shared/blocks/sdk.ts'

export interface PdfInfo {
  pages: number
  isEncrypted: boolean
}

/** Chooses the words for a PDF that poppler cannot read. `field` is its field of the input. */
export function pdfFailure(field: string): (errors: string) => string {
  return (errors) =>
    /incorrect password/i.test(errors)
      ? `${field}: needs a password. Save a copy without one and try again.`
      : `${field}: cannot be read; it is damaged or incomplete.`
}

/** Reads the number of pages. Throws an error that names the field for a PDF that poppler cannot read. */
export async function pdfInfo(
  context: ExecutionContext,
  path: string,
  field: string,
): Promise<PdfInfo> {
  const printed = await context.run('pdfinfo', [`./${path}`], { failure: pdfFailure(field) })
  return {
    pages: Number(/^Pages: +(\d+)$/m.exec(printed)?.[1] ?? 0),
    isEncrypted: /^Encrypted: +yes/m.test(printed),
  }
}

export interface PageRange {
  firstPage: number
  lastPage?: number | undefined
}

/** The pages of a range that exist. Throws an error that names the field for a range outside the document, or longer than a run may be. */
export function pagesIn(
  { firstPage, lastPage }: PageRange,
  { pages, maxPages }: { pages: number; maxPages: number },
): { first: number; last: number } {
  if (firstPage > pages) {
    throw new BlockInputError(`firstPage: is ${firstPage}, and the document has ${pages} pages`)
  }
  if (lastPage !== undefined && lastPage < firstPage) {
    throw new BlockInputError(`lastPage: is ${lastPage}, and must not be before ${firstPage}`)
  }
  const last = Math.min(lastPage ?? pages, pages)
  if (last - firstPage >= maxPages) {
    throw new BlockInputError(
      `lastPage: a run reads at most ${maxPages} pages, and these are ${last - firstPage + 1}; set a smaller range`,
    )
  }
  return { first: firstPage, last }
}
