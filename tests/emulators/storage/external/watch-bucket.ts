import type { ObjectResource } from '../objects.ts'

const pollMs = 50

/** Replaces the events of an external emulator: calls the handler for each object that becomes visible in a bucket. */
export function watchBucket(
  url: string,
  bucket: string,
  listener: (object: ObjectResource) => void,
): AsyncDisposable {
  const stopped = new AbortController()
  const seen = new Set<string>()
  const look = async () => {
    for await (const object of objectsOf(url, bucket)) {
      const id = `${object.name}#${object.generation}`
      if (!seen.has(id)) listener(object)
      seen.add(id)
    }
  }
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      // Ignore failed requests and retry at the next poll. If the emulator has ended, the tests fail.
      await look().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await watching
    },
  }
}

/** All objects of a bucket. Empty if the bucket does not exist yet. */
async function* objectsOf(url: string, bucket: string): AsyncGenerator<ObjectResource> {
  let token = ''
  do {
    const answer = await fetch(`${url}/storage/v1/b/${bucket}/o${token}`)
    const page = answer.ok ? ((await answer.json()) as Page) : {}
    yield* page.items ?? []
    const { nextPageToken = '' } = page
    token = nextPageToken && `?pageToken=${encodeURIComponent(nextPageToken)}`
  } while (token !== '')
}

interface Page {
  items?: ObjectResource[]
  nextPageToken?: string
}
