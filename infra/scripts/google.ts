import { GoogleAuth } from 'google-auth-library'
import type { Ask } from './preflight-checks.ts'

const scope = 'https://www.googleapis.com/auth/cloud-platform'

/** Sends requests with Application Default Credentials. Throws an `Error` with the command to run if there are no credentials. */
export async function googleApis(project: string): Promise<Ask> {
  const auth = new GoogleAuth({ scopes: scope })
  const token = await auth.getAccessToken().catch((cause: unknown) => {
    const remedy = 'No Google credentials found. Run: gcloud auth application-default login'
    throw new Error(remedy, { cause })
  })
  const headers = {
    Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json',
    // The project whose quota counts, for the credentials of a person.
    'X-Goog-User-Project': project,
  }
  return askAt((host) => `https://${host}`, headers)
}

/** Sends requests to the origin of each host. */
export function askAt(origin: (host: string) => string, headers: Record<string, string>): Ask {
  return async ({ host, path, body }) => {
    const answer = await fetch(origin(host) + path, {
      headers,
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    return { status: answer.status, data: await answer.json().catch(() => undefined) }
  }
}
