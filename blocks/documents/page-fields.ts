import { z } from 'zod'

const page = z.int().min(1).max(1_000_000)

/** The fields of a range of pages. */
export const pageFields = {
  firstPage: page.default(1).meta({ title: 'First page' }),
  lastPage: page
    .optional()
    .meta({ title: 'Last page', description: 'By default the last page of the document' }),
}
