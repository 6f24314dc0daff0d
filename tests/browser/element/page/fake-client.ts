import type { FileClient, FileState, WorkspaceFile } from '../../../../web/file/index.ts'

export const states: FileState[] = [
  'loading',
  'image',
  'video',
  'audio',
  'document',
  'pending',
  'infected',
  'unscannable',
  'gone',
  'missing',
  'no-access',
  'failed',
]

export const idOf = (state: FileState) =>
  `22850e4e-0300-4000-8000-${String(states.indexOf(state)).padStart(12, '0')}`

const hints: Partial<Record<FileState, string>> = {
  image: 'image/png',
  video: 'video/mp4',
  audio: 'audio/mpeg',
  document: 'text/csv',
}
/** The reference of a file that reaches a state. */
export const srcOf = (state: FileState) =>
  state === 'missing'
    ? 'workspace:///notes/../plan.md'
    : `workspace://${idOf(state)}#${hints[state] ?? ''}`

const common = { sizeBytes: 84_210, mimeType: 'application/pdf', state: 'ready' } as const
const files: Partial<Record<FileState, Omit<WorkspaceFile, 'id'>>> = {
  image: { ...common, name: 'city at night.png', mimeType: 'image/png', sizeBytes: 1_243_000 },
  video: { ...common, name: 'tour of the box.mp4', mimeType: 'video/mp4', sizeBytes: 24_100_000 },
  audio: { ...common, name: 'Interview – Anna Köhler.mp3', mimeType: 'audio/mpeg' },
  document: { ...common, name: 'revenue-by-region.csv', mimeType: 'text/csv' },
  pending: {
    ...common,
    name: 'holiday.mp4',
    mimeType: 'video/mp4',
    state: 'pending',
    sizeBytes: 978_000_000,
  },
  infected: {
    ...common,
    name: 'invoice-4711.zip',
    state: 'infected',
    scan: { verdict: 'infected', threat: 'Win.Test.EICAR' },
  },
  unscannable: {
    ...common,
    name: 'contract-signed.pdf',
    state: 'unscannable',
    scan: { verdict: 'unscannable', reason: 'encrypted' },
  },
}
const deleted = { ...common, id: idOf('gone'), name: 'draft-cover.png', mimeType: 'image/png' }
const errors: Partial<Record<FileState, object>> = {
  gone: {
    status: 410,
    code: 'gone',
    message: 'This file is in the trash. Until 2026-12-25T10:00:00.000Z it can be brought back.',
    file: deleted,
  },
  'no-access': { status: 401, code: 'unauthenticated' },
  failed: { status: 500, code: 'internal' },
}

/** A client without a network: the id of a file names the state that it reaches. */
export const fakeClient: FileClient = {
  async record(target) {
    const state = states.find((it) => 'id' in target && idOf(it) === target.id) ?? 'missing'
    if (state === 'loading') return new Promise(() => undefined)
    const file = files[state]
    if (file) return { id: idOf(state), ...file }
    throw Object.assign(new Error('refused'), errors[state])
  },
  preview: (_, width) => picture(width),
  async link(id) {
    return {
      url: `${location.origin}/media/${id}`,
      expiresAt: new Date(Date.now() + 3.6e6).toISOString(),
    }
  },
  text: async () =>
    'region,revenue\nnorth,1203\nsouth,980\nwest,<script>globalThis.ran = true</script>\n',
  restore: async () => undefined,
}

/** Hills at night. */
function picture(width: number): Promise<Blob> {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height: (width * 5) / 8 })
  const { height } = canvas
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D
  const sky = pen.createLinearGradient(0, 0, 0, height)
  sky.addColorStop(0, '#1d2145')
  sky.addColorStop(1, '#8a5c86')
  pen.fillStyle = sky
  pen.fillRect(0, 0, width, height)
  pen.fillStyle = '#fbe8c8'
  pen.arc(width * 0.74, height * 0.24, height * 0.09, 0, 7)
  pen.fill()
  for (const [tone, base] of [
    ['#2b2f55', 0.55],
    ['#1b1f3d', 0.7],
  ] as const) {
    pen.fillStyle = tone
    pen.beginPath()
    pen.moveTo(0, height)
    for (let at = 0; at <= 8; at += 1)
      pen.lineTo((at * width) / 8, height * (base + 0.12 * Math.sin(at * 2.4 + base * 9)))
    pen.lineTo(width, height)
    pen.fill()
  }
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob as Blob), 'image/webp'))
}
