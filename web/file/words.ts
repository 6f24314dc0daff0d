import type { FileState, Shown, WorkspaceFile } from './states.ts'

const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** `1.2 MB`: units of 1,000. */
export function size(bytes: number): string {
  let unit = 0
  let value = bytes
  for (; value >= 999.5 && unit < 4; unit += 1) value /= 1000
  return `${Number(value.toFixed(unit > 1 ? 1 : 0))} ${units[unit]}`
}

/** `PDF`, `CSV`, `SHEET`: the format by the type of the record, because a name can say anything. */
export function format(mimeType: string): string {
  const word =
    mimeType
      .replace(/\+\w+$/, '')
      .split(/[/.-]/)
      .at(-1) ?? ''
  return word === 'plain' ? 'TEXT' : word === 'stream' ? 'FILE' : word.toUpperCase()
}

type Line = (file: Partial<WorkspaceFile>, shown: Shown, src: string) => string

const lines: Partial<Record<FileState, Line>> = {
  pending({ reservation: { receivedBytes, maxBytes } = { maxBytes: 0 }, sizeBytes = 0 }) {
    return receivedBytes !== undefined && maxBytes > 0
      ? `Arriving, ${Math.floor((100 * receivedBytes) / maxBytes)} %`
      : `Being scanned · ${size(sizeBytes)}`
  },
  infected: ({ scan }) => `Infected with ${scan?.threat ?? 'a virus'}. Nobody is served it.`,
  unscannable({ scan }) {
    const { reason = 'not readable' } = scan ?? {}
    return reason === 'encrypted'
      ? 'Locked with a password, so it cannot be scanned'
      : `Cannot be scanned: ${reason.replaceAll('-', ' ')}`
  },
  gone: (_, { until }) => (until ? `In the trash until ${day(until)}` : 'Deleted'),
  missing: (_, __, src) =>
    src
      .replace(/^workspace:\/\//i, '')
      .split('#', 1)
      .join(),
  failed: () => 'Could not be loaded',
}

/** The line below the name. `src`: the text of the reference. */
export function meta(shown: Shown, src: string): string {
  const { state, file } = shown
  const facts = file ? `${size(file.sizeBytes)} · ${format(file.mimeType)}` : ''
  return lines[state]?.(file ?? {}, shown, src) ?? facts
}

/** The words beside the name in a chip. */
export const brief: Partial<Record<FileState, string>> = {
  pending: 'Being scanned',
  infected: 'Infected',
  unscannable: 'Cannot be scanned',
  gone: 'Deleted',
}

/** The name of a file, or what stands for it. */
export function title({ state, file, canSignIn }: Shown, label: string): string {
  if (state === 'missing') return 'A file that is not here any more'
  if (state === 'no-access')
    return canSignIn ? 'Sign in to see this file' : 'Not yours to see in this session'
  return file?.name ?? (label || 'A file')
}

export const actions: Partial<Record<FileState, string>> = {
  'no-access': 'Sign in',
  gone: 'Restore',
  failed: 'Try again',
}

export const unseen: Partial<Record<FileState, string>> = {
  image: 'AI cannot see this image',
  video: 'AI cannot see this video',
  audio: 'AI cannot hear this recording',
}

export const whyTitle = 'Not seen by the model'
export const why =
  'The model knows the file’s name, kind and size, and nothing of what it shows. Describe it, have the model read it, or use one that takes such files.'

function day(instant: string): string {
  return new Date(instant).toLocaleDateString('en-GB', { day: 'numeric', month: 'long' })
}
