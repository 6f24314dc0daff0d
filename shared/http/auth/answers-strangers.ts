import { randomUUID } from 'node:crypto'

const timeoutMs = 5000

/**
 * Whether this service, asked at its own URL without a token, hears the question, or may: only a 401 or 403 that it did
 * not give itself says that the platform in front let nobody through. (Behind `--ingress=internal` the platform answers
 * 404, which says nothing of tokens.)
 */
export async function answersStrangers(url: URL): Promise<boolean> {
  const requestId = randomUUID()
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'X-Request-Id': requestId },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => undefined)
  if (!answer) return true
  await answer.body?.cancel()
  const isOwn =
    answer.headers.get('X-Request-Id') === requestId ||
    answer.headers.get('Content-Type')?.startsWith('application/problem+json') === true
  return isOwn || ![401, 403].includes(answer.status)
}
