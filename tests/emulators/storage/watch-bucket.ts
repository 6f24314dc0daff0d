import type { ObjectResource } from './objects.ts'

const pollMs = 50

/** For an emulator whose events cannot be heard from here: what becomes visible in a bucket stands for its event. */
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
      // An emulator that does not answer this time does the next; one that has ended is the tests' to notice.
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

/** Every object of a bucket; of a bucket that is not there yet, none. */
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
