import type { Settings } from '../program/settings.ts'
import type { Ask } from './preflight-checks.ts'

export const bucketOf = ({ project, name }: Pick<Settings, 'project' | 'name'>) =>
  `${project}-${name}-files`

/** What would be lost, in words; nothing when bucket and database are empty. What cannot be asked counts as there. */
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
    ...verdict(`the bucket ${bucket}`, 'objects', { ...objects, key: 'items' }),
    ...verdict('the database (default)', 'documents', { ...documents, key: 'documents' }),
  ]
}

function verdict(
  where: string,
  what: string,
  { status, data, key }: { status: number; data: unknown; key: string },
): string[] {
  if (status === 404) return []
  if (status !== 200) return [`${where} cannot be looked into (${status})`]
  const found = (data as Record<string, unknown[] | undefined>)[key] ?? []
  return found.length > 0 ? [`${where} holds ${what}`] : []
}
