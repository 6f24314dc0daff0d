import { expect } from 'vitest'
import { readJson, type Caller } from '../../support/caller.ts'

export interface Share {
  id: string
  fileId?: string
  folder?: string
  state: string
  expiresAt: string
  downloadCount: number
  lastDownloadAt: string | null
}

export const asJson = { headers: { accept: 'application/json' } }

export async function share(
  caller: Caller,
  json: Record<string, unknown>,
): Promise<Share & { url: string }> {
  const response = await caller.call('POST', '/shares', { json })
  return (await readJson(response, [201])) as Share & { url: string }
}

export async function sharesOf(caller: Caller, query = {}): Promise<Share[]> {
  const page = await readJson(await caller.get('/shares', { query }), [200])
  return (page as { shares: Share[] }).shares
}

/** The names that a link to a folder lists. */
export async function namesAt(url: string, query = ''): Promise<string[]> {
  const page = await readJson(await fetch(`${url}/files${query}`), [200])
  return (page as { files: { name: string }[] }).files.map(({ name }) => name)
}

/** Expects that nothing of the answer contains one of these texts. Returns the body. */
export async function expectHidden(response: Response, secrets: string[]): Promise<string> {
  const body = await response.text()
  const seen = `${JSON.stringify([...response.headers])}\n${body}`
  for (const secret of secrets) expect(seen).not.toContain(secret)
  // A cursor is base64url of the place where it continues.
  const cursor = /"nextCursor":"([^".]*)/.exec(body)?.[1] ?? ''
  const position = Buffer.from(cursor, 'base64url').toString()
  for (const secret of secrets) expect(position).not.toContain(secret)
  return body
}
