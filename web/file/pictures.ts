/** Pictures in memory on a page. Those that came into view last stay. */
const maxPictures = 200

interface Owner {
  /** Removes the picture from the document. */
  dropPicture(): void
}

const kept = new Map<Owner, string>()

/** The address of a picture, until 200 others have come into view after it. */
export function keepPicture(owner: Owner, picture: Blob): string {
  const url = URL.createObjectURL(picture)
  kept.set(owner, url)
  const [oldest] = kept.keys()
  if (oldest && kept.size > maxPictures) {
    releasePicture(oldest)
    oldest.dropPicture()
  }
  return url
}

/** Marks a picture as just seen. */
export function touchPicture(owner: Owner): void {
  const url = kept.get(owner)
  if (url !== undefined && kept.delete(owner)) kept.set(owner, url)
}

export function releasePicture(owner: Owner): void {
  URL.revokeObjectURL(kept.get(owner) ?? '')
  kept.delete(owner)
}
