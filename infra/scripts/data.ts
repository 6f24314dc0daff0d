import type { Settings } from '../program/settings.ts'
import type { Ask } from './preflight-checks.ts'

export const bucketOf = ({ project, name }: Pick<Settings, 'project' | 'name'>) =>
  `${project}-${name}-files`

/** Describes the data in bucket and database. Empty if both are empty. A store that cannot be read counts as not empty. */
export async function dataOf(ask: Ask, settings: Settings): Promise<string[]> {
  const bucket = bucketOf(settings)
  const objects = await ask({
    host: 'storage.googleapis.com',
    path: `/storage/v1/b/${bucket}/o?maxResults=1&fields=items(name)`,
  })
  const documents = await ask({
    host: 'firestore.googleapis.com',
    path: `/v1/projects/${settings.project}/databases/(default)/documents/workspaces?pageSize=1&showMissing=true`,
  })
  return [
    ...contentOf(`the bucket ${bucket}`, 'objects', { ...objects, key: 'items' }),
    ...contentOf('the database (default)', 'documents', { ...documents, key: 'documents' }),
  ]
}

function contentOf(
  where: string,
  what: string,
  { status, data, key }: { status: number; data: unknown; key: string },
): string[] {
  if (status === 404) return []
  if (status !== 200) return [`${where} cannot be read (${status})`]
  const found = (data as Record<string, unknown[] | undefined>)[key] ?? []
  return found.length > 0 ? [`${where} contains ${what}`] : []
}
