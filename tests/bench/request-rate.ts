/** Requests per second over the given number of concurrent connections. */
export async function requestRate(
  { requests, connections }: { requests: number; connections: number },
  work: () => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now()
  let left = requests
  const connection = async () => {
    while (left > 0) {
      left -= 1
      await work()
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  return requests / ((performance.now() - startedAt) / 1000)
}
