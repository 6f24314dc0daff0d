/**
 * Makes a bucket, by either path of the API: fake-gcs-server has the long one alone. Firebase's emulator has no such call
 * and makes buckets as they are used, so what refuses is not the judge: the tests are.
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
