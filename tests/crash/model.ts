/** Where a version stands: an upload without its bytes, its path's owner, replaced, deleted, refused by the scanner. */
export type Place = 'open' | 'live' | 'superseded' | 'trash' | 'infected'

/** What a client knows of one upload. */
export interface Version {
  /** Undefined where the answer that named it was lost. */
  id?: string | undefined
  path: string
  /** SHA-256 in hexadecimal digits. */
  checksum: string
  sizeBytes: number
  place: Place
}

export type Content = Omit<Version, 'place'>

/** All that one client has stored. */
export type State = readonly Version[]

/** Clean bytes have become their path's owner. */
export function stored(state: State, content: Content): State {
  const owner = state.find(({ place, path }) => place === 'live' && path === content.path)
  return added(owner ? changed(state, owner, { place: 'superseded' }) : state, content, 'live')
}

export function added(state: State, content: Content, place: Place): State {
  return [...state, { ...content, place }]
}

/** What changed last stands last. */
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

/** What a quota leaves of the trash: the versions that came into it last. */
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

/** What becomes of a state when the time of its reservations has passed. */
export function expired(state: State): State {
  return state.filter(({ place }) => place !== 'open')
}

/** The state in words, without ids, so that two can be compared. */
export function linesOf(state: State): string[] {
  return state.map(lineOf).sort()
}

/** A reservation has no checksum that anyone could see. */
export function lineOf({ place, path, sizeBytes, checksum }: Version): string {
  return [place, path, sizeBytes, place === 'open' ? '' : checksum.slice(0, 16)].join(' ')
}
