import type { Page } from '../../shared/client/coffer.ts'
import { changed, each, report } from '../state/actions.ts'
import { coffer } from '../state/client.ts'
import { fail, show } from '../state/toasts.ts'
import { count } from '../words/format.ts'

const pageLimit = 1000
/** The page says how far it is after each of these. */
const step = 100

/** Deletes for good what is in the trash now. A file that comes into it meanwhile stays. */
export async function emptyTrash(): Promise<void> {
  try {
    const ids = await deletedIds()
    let done = 0
    const outcome = await each(ids, async (id) => {
      await coffer.delete(id, { purge: true })
      done += 1
      if (done % step === 0) show({ text: `${count(done)} of ${count(ids.length)} are deleted` })
    })
    await changed()
    report({ ...outcome, done: outcome.done.map((name) => ({ name })) }, 'is deleted for good')
  } catch (error) {
    fail(error)
  }
}

async function deletedIds(): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const query = { deleted: true, fields: 'id', limit: pageLimit, cursor }
    const page = await coffer.request<Page>('GET /files', query)
    ids.push(...page.files.map(({ id }) => id))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return ids
}
