import { signal } from '@preact/signals'
import type { Page } from '../../shared/client/coffer.ts'
import { count } from '../words/format.ts'
import { coffer } from './client.ts'

/** The files of a view, such as `12` or `10,000+`. Empty for none, and where the number is not known. */
export const counts = signal({ blocked: '', trash: '' })

const changing = new Set([
  'infected',
  'unscannable',
  'deleted',
  'replaced',
  'restored',
  'purged',
  'failed',
])

/** Whether an event of this type can change a count. */
export function changesCounts(type: string): boolean {
  return changing.has(type)
}

export async function refreshCounts(): Promise<void> {
  // The side shows no error: the list shows the same failure.
  const [infected, unscannable, deleted] = await Promise.all(
    [{ state: 'infected' }, { state: 'unscannable' }, { deleted: true }].map((query) =>
      coffer
        .request<Page>('GET /files', { ...query, total: true, limit: 1, fields: 'id' })
        .catch(() => undefined),
    ),
  )
  counts.value = { blocked: shown(infected, unscannable), trash: shown(deleted) }
}

function shown(...pages: (Page | undefined)[]): string {
  const total = pages.reduce((sum, page) => sum + (page?.total ?? 0), 0)
  if (total === 0) return ''
  return count(total) + (pages.some((page) => page?.totalIsMinimum) ? '+' : '')
}
