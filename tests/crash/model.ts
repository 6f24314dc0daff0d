/** The state of a version: an upload without its bytes, its path's owner, replaced, deleted, or rejected by the scanner. */
export type Place = 'open' | 'live' | 'superseded' | 'trash' | 'infected'

/** The client's knowledge of one upload. */
export interface Version {
  /** Undefined if the response with the id was lost. */
  id?: string | undefined
  path: string
  /** SHA-256 in hexadecimal digits. */
  checksum: string
  sizeBytes: number
  place: Place
}

export type Content = Omit<Version, 'place'>

/** All versions that one client has stored. */
export type State = readonly Version[]

/** The state after clean bytes have become their path's owner. */
export function stored(state: State, content: Content): State {
  const owner = state.find(({ place, path }) => place === 'live' && path === content.path)
  return added(owner ? changed(state, owner, { place: 'superseded' }) : state, content, 'live')
}

export function added(state: State, content: Content, place: Place): State {
  return [...state, { ...content, place }]
}

/** Ordered by their last change. */
export function changed(
  state: State,
  { id }: Pick<Version, 'id'>,
  change: Partial<Version>,
): State {
  const version = state.find((version) => version.id === id)
  return version ? [...without(state, id), { ...version, ...change }] : state
}

export function without(state: State, id: string | undefined): State {
  return state.filter((version) => version.id !== id)
}

/** The trash after trimming to the quota: the versions that were added last. */
export function trimmed(state: State, quotaBytes: number): State {
  const trash = state.filter(({ place }) => place === 'trash' || place === 'superseded')
  let excess = trash.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) - quotaBytes
  const purged = new Set<Version>()
  for (const version of trash) {
    if (excess <= 0) break
    purged.add(version)
    excess -= version.sizeBytes
  }
  return state.filter((version) => !purged.has(version))
}

/** The state after its reservations have expired. */
export function expired(state: State): State {
  return state.filter(({ place }) => place !== 'open')
}

/** The state as text without ids, for comparisons. */
export function linesOf(state: State): string[] {
  return state.map(lineOf).sort()
}

/** The checksum of a reservation is not visible. */
export function lineOf({ place, path, sizeBytes, checksum }: Version): string {
  return [place, path, sizeBytes, place === 'open' ? '' : checksum.slice(0, 16)].join(' ')
}
