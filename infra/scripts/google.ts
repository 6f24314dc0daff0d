import { GoogleAuth } from 'google-auth-library'
import type { Ask } from './preflight-checks.ts'

const scope = 'https://www.googleapis.com/auth/cloud-platform'

/** Requests with Application Default Credentials; without any it throws what to run. */
export async function googleApis(project: string): Promise<Ask> {
  const auth = new GoogleAuth({ scopes: scope })
  const token = await auth.getAccessToken().catch((cause: unknown) => {
    const remedy =
      'There are no Google credentials here. Run: gcloud auth application-default login'
    throw new Error(remedy, { cause })
  })
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    // Whose quota it is, where the credentials are a person's.
    'X-Goog-User-Project': project,
  }
  return askAt((host) => `https://${host}`, headers)
}

/** Requests to wherever a host's API is. */
export function askAt(origin: (host: string) => string, headers: Record<string, string>): Ask {
  return async ({ host, path, body }) => {
    const answer = await fetch(origin(host) + path, {
      headers,
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    return { status: answer.status, data: await answer.json().catch(() => undefined) }
  }
}
