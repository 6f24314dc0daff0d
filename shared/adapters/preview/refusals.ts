import { WorkspaceError } from '../../model/errors.ts'

/** Details of problems, by the reason that a decoder process reports. */
const sentences = {
  damaged:
    'It cannot be decoded: it is damaged, or in a variant that this server has no decoder for.',
  encrypted: 'It cannot be decoded: it is encrypted.',
  empty: 'It contains no picture.',
  'too-large': 'It is larger than the limit of 256 MiB.',
  pixels:
    'It has more pixels than the limit: 250 million for JPEG, 64 million for AVIF and HEIC, 100 million for any other image.',
  time: 'It takes too long to decode or to encode.',
  memory: 'It needs more memory to decode than the limit.',
  crash: 'It ended its decoder: it is damaged, too large or too complex.',
  format: 'It is not an AVIF, GIF, HEIC, JPEG, PNG, TIFF or WebP image.',
  raw: 'It is camera raw. Only its thumbnail could be preserved.',
  frames: 'It is an animation in a format that this server cannot rotate or scale.',
  pages: 'It has several pages, and this server cannot rotate or scale all of them.',
  depth: 'Rotating or scaling would change its colours or its depth.',
  hevc: 'This server cannot scale HEIC.',
} as const

export type Reason = keyof typeof sentences

/** Alternatives for the user. */
const remedies = {
  preview: 'Download the file itself.',
  normalize: 'Upload the file without normalize=image.',
} as const

type Purpose = keyof typeof remedies

/** An image cannot be rendered, for a reason that the caller may see. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reason: Reason

  constructor(reason: Reason, cause?: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

export function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(sentences, value)
}

/** Converts a `Refusal` to the `WorkspaceError` for the caller. Returns other errors unchanged. */
export function refusalFor(purpose: Purpose, error: unknown): unknown {
  if (!(error instanceof Refusal)) return error
  const what =
    purpose === 'preview' ? 'There is no preview of this file.' : 'This file cannot be normalized.'
  const detail = `${what} ${sentences[error.reason]} ${remedies[purpose]}`
  return new WorkspaceError('unsupported-type', detail, { cause: error })
}

/** The error for a format whose helper program is not installed. */
export function programMissing(program: string, format: string): WorkspaceError {
  return new WorkspaceError(
    'unsupported-type',
    `Previews of ${format} need the program ${program}, which is not installed on this server. Download the file itself.`,
  )
}

/** The error for a server without decoders. */
export function noDecoders(purpose: Purpose): WorkspaceError {
  const what =
    purpose === 'preview' ? 'Previews of files other than text need' : 'normalize=image needs'
  return new WorkspaceError(
    'unsupported-type',
    `${what} the service "render", which is not set up on this server. ${remedies[purpose]}`,
  )
}

const libreOfficeNeeds = {
  soffice: 'LibreOffice (the program soffice), which is not installed on this server',
  bwrap:
    'LibreOffice in a sandbox (the program bwrap), which is not installed or not permitted on this server',
} as const

/** The error for an Office document that this server cannot convert. */
export function libreOfficeMissing(program: keyof typeof libreOfficeNeeds): WorkspaceError {
  return new WorkspaceError(
    'unsupported-type',
    `Previews of Office documents need ${libreOfficeNeeds[program]}, or a document that carries a picture of its first page. Download the file itself.`,
  )
}
