import type { FileLink } from '../client.ts'

export interface Playing {
  link: () => Promise<FileLink>
  /** The player cannot show the file. Without an error it has bytes that this browser cannot play. */
  fail: (error?: unknown) => void
}

/**
 * Returns a function that gives a player its address. An error after the link has expired asks for another one, once, and
 * continues at the same time. Any other error, and a link that is refused, goes to `fail`.
 */
export function playable(media: HTMLMediaElement, { link, fail }: Playing): () => Promise<void> {
  let end = 0
  let canRenew = true
  const load = async () => {
    try {
      const { url, expiresAt } = await link()
      end = Date.parse(expiresAt)
      media.src = url
    } catch (error) {
      fail(error)
    }
  }
  const renew = async () => {
    const { currentTime, paused } = media
    canRenew = false
    await load()
    media.currentTime = currentTime
    if (!paused) await play(media)
  }
  media.addEventListener('playing', () => (canRenew = true))
  media.addEventListener('error', () => {
    if (canRenew && Date.now() > end) void renew()
    else fail()
  })
  return load
}

/** Starts to play. The browser may refuse; its controls are there. */
export async function play(media: HTMLMediaElement): Promise<void> {
  await media.play().catch(() => undefined)
}
