/**
 * Creates a bucket with either path of the API: fake-gcs-server has only the long one. Firebase's emulator lacks the call
 * and creates buckets on first use, so errors are ignored: without a bucket the tests fail.
 */
export async function createBucket(url: string, name: string): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer owner' },
    body: JSON.stringify({ name }),
  }
  for (const base of ['/storage/v1', '']) {
    const answer = await fetch(`${url}${base}/b?project=coffer-test`, init)
    await answer.body?.cancel()
    if (answer.ok || answer.status === 409) return
  }
}
