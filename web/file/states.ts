/** What the element uses of a record. `FileView` of `coffer/client` fits. */
export interface WorkspaceFile {
  id: string
  name: string
  mimeType: string
  sizeBytes: number
  state: 'pending' | 'ready' | 'infected' | 'unscannable'
  scan?: { verdict: string; threat?: string; reason?: string } | null
  reservation?: { maxBytes: number; receivedBytes?: number | undefined }
}

export type FileState =
  | 'loading'
  | 'image'
  | 'video'
  | 'audio'
  | 'document'
  | 'pending'
  | 'infected'
  | 'unscannable'
  | 'gone'
  | 'missing'
  | 'no-access'
  | 'failed'

/** A state with what it shows. */
export interface Shown {
  state: FileState
  file?: WorkspaceFile | undefined
  /** Of `gone`: the end of the retention in RFC 3339. Absent if the file cannot be restored. */
  until?: string | undefined
  /** Of `no-access`: whether a sign-in can help. */
  canSignIn?: boolean
}

/** An error of a client, as a `CofferError` has it. */
interface Failure {
  status?: number
  code?: string
  message?: string
  file?: WorkspaceFile | undefined
}

export function shownOf(file: WorkspaceFile): Shown {
  const { state, mimeType } = file
  if (state !== 'ready') return { state, file }
  return { state: familyOf(mimeType) ?? 'document', file }
}

/** The state of a clean file of a type of media. */
export function familyOf(mimeType: string): 'image' | 'video' | 'audio' | undefined {
  return /^(image|video|audio)\//.exec(mimeType)?.[1] as 'image' | undefined
}

/** The state after an error. `known`: the record, if it was read before. */
export function shownOfError(error: unknown, known?: WorkspaceFile): Shown {
  const { status = 0, code, message = '', file = known } = (error ?? {}) as Failure
  switch (status) {
    case 400:
    case 404:
      return { state: 'missing', file }
    case 401:
      return { state: 'no-access', canSignIn: true, file }
    case 403:
      if (code === 'infected' || code === 'unscannable') return { state: code, file }
      return { state: 'no-access', file }
    case 410:
      return { state: 'gone', file, until: /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(message)?.[0] }
    default:
      return { state: 'failed', file }
  }
}

/** The seconds after which the same request may succeed; undefined for a refusal that stays. */
export function retrySeconds(error: unknown, failures: number): number | undefined {
  const { status = 0, retryAfterSeconds } = (error ?? {}) as Failure & {
    retryAfterSeconds?: number
  }
  const isTransient = status === 0 || status === 408 || status === 429 || status >= 500
  return isTransient ? Math.min(retryAfterSeconds ?? failures / 2, 15) : undefined
}
