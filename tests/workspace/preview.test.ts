import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { RenderRequest, Renderer } from '../../shared/ports/renderer.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { openPreviews } from '../../shared/workspace/preview.ts'
import { remove } from '../../shared/workspace/delete.ts'
import { upload } from '../../shared/workspace/upload/upload.ts'
import { svg } from '../support/files/svg.ts'
import { onePagePdf } from '../support/files/pdf.ts'
import { skipWithoutProgram } from '../support/programs.ts'
import { caller, openLocalWorkspace, targetOf, type LocalWorkspace } from './local-workspace.ts'

const size = { width: 100, bytes: 10 }

/** Stores and scans bytes. Resolves to the id of the ready file. */
async function store(workspace: LocalWorkspace, path: string, bytes: Buffer, mimeType = '') {
  const { ports } = workspace
  const file = await upload(ports, caller, {
    name: 'a',
    mimeType,
    body: Readable.from([bytes]),
    target: { ...targetOf(path), mimeType: mimeType || 'application/octet-stream' },
  })
  const blob = await ports.blobs.stat(file.storagePath)
  if (blob) await scan(ports, blob)
  return file.id
}

/** Makes a photo with Exif orientation and location: 300 × 200 pixels as stored, 200 × 300 upright. */
const photo = () =>
  sharp({ create: { width: 300, height: 200, channels: 3, background: 'red' } })
    .withExif({ IFD0: { Artist: 'Ann' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()

/** Sets another temporary directory for the process until disposed. */
async function ownTemporaryDirectory() {
  const before = process.env['TMPDIR']
  const path = await mkdtemp(join(tmpdir(), 'coffer-previews-'))
  process.env['TMPDIR'] = path
  return {
    path,
    async [Symbol.asyncDispose]() {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      await rm(path, { recursive: true })
    },
  }
}

/** Wraps a renderer and records the types of the requested files. */
function counting(renderer: Renderer) {
  const made: string[] = []
  return {
    made,
    renderer: {
      ...renderer,
      render: (request: RenderRequest) => {
        made.push(request.mimeType)
        return renderer.render(request)
      },
    },
  }
}

describe('previews', () => {
  test('renders an image upright, at most as wide as requested, and without its location', async () => {
    await using workspace = await openLocalWorkspace()
    const original = await photo()
    expect(await sharp(original).metadata()).toMatchObject({
      orientation: 6,
      exif: expect.any(Buffer) as Buffer,
    })
    const id = await store(workspace, '/photo.jpg', original)
    const { bytes, mimeType } = await openPreviews(workspace.ports)(caller, id, size)
    expect(mimeType).toBe('image/webp')
    const shown = await sharp(bytes).metadata()
    expect(shown).toMatchObject({ format: 'webp', width: 100, height: 150 })
    expect([shown.exif, shown.xmp, shown.iptc, shown.orientation]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    )
  })

  test('does not enlarge a small image', async () => {
    await using workspace = await openLocalWorkspace()
    const id = await store(workspace, '/photo.jpg', await photo())
    const { bytes } = await openPreviews(workspace.ports)(caller, id, { ...size, width: 1024 })
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 200, height: 300 })
  })

  test.each(['png', 'gif', 'webp', 'avif', 'tiff'] as const)('renders %s', async (format) => {
    await using workspace = await openLocalWorkspace()
    const bytes = await sharp(await photo())
      .toFormat(format)
      .toBuffer()
    const id = await store(workspace, `/photo.${format}`, bytes)
    const preview = await openPreviews(workspace.ports)(caller, id, size)
    expect(await sharp(preview.bytes).metadata()).toMatchObject({ format: 'webp', width: 100 })
  })

  test.skipIf(skipWithoutProgram('pdftoppm'))('renders the first page of a PDF', async () => {
    await using workspace = await openLocalWorkspace()
    const id = await store(workspace, '/page.pdf', onePagePdf)
    const { bytes } = await openPreviews(workspace.ports)(caller, id, size)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 100, height: 50 })
  })

  test.skipIf(skipWithoutProgram('ffmpeg')).each(['mp4', 'webm', 'matroska'])(
    'renders a frame of %s video',
    async (format) => {
      await using workspace = await openLocalWorkspace()
      // ffmpeg cannot seek back in a pipe to write the index of an MP4, so it writes fragments.
      const fragments = format === 'mp4' ? ['-movflags', 'frag_keyframe+empty_moov'] : []
      const video = execFileSync(
        'ffmpeg',
        [
          ['-v', 'error', '-f', 'lavfi', '-i', 'color=red:size=320x200:duration=1'],
          [...fragments, '-f', format, 'pipe:1'],
        ].flat(),
      )
      const id = await store(workspace, `/film.${format}`, video)
      const { bytes } = await openPreviews(workspace.ports)(caller, id, size)
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 100 })
      const { dominant } = await sharp(bytes).stats()
      expect(dominant.r).toBeGreaterThan(200)
    },
  )

  test('returns the beginning of a text in UTF-8, cut between characters', async () => {
    await using workspace = await openLocalWorkspace()
    const previews = openPreviews(workspace.ports)
    const utf8 = await store(workspace, '/a.txt', Buffer.from('ångström and more'))
    const utf16 = await store(workspace, '/b.txt', Buffer.from('\ufeffångström', 'utf16le'))
    const empty = await store(workspace, '/c.txt', Buffer.alloc(0), 'text/plain')
    const shown = async (id: string, bytes: number) =>
      (await previews(caller, id, { ...size, bytes })).bytes.toString()
    expect(await shown(utf8, 8)).toBe('ångstr')
    expect(await shown(utf8, 1)).toBe('')
    expect(await shown(utf8, 1000)).toBe('ångström and more')
    expect(await shown(utf16, 9)).toBe('ång')
    expect(await shown(empty, 10)).toBe('')
  })

  test('returns HTML as plain text, SVG as a picture, and rejects unknown types', async () => {
    await using workspace = await openLocalWorkspace()
    const previews = openPreviews(workspace.ports)
    const html = await store(workspace, '/a.html', Buffer.from('<!doctype html><script>1'))
    expect(await previews(caller, html, size)).toMatchObject({
      mimeType: 'text/plain; charset=utf-8',
    })
    const drawing = Buffer.from(svg('viewBox="0 0 2 1"', '<rect width="1" height="1"/>'))
    for (const [name, bytes] of [
      ['/a.svg', drawing],
      ['/a.svgz', gzipSync(drawing)],
    ] as const) {
      const preview = await previews(caller, await store(workspace, name, bytes), size)
      expect(preview.mimeType).toBe('image/webp')
      expect(await sharp(preview.bytes).metadata()).toMatchObject({ width: 100, height: 50 })
    }
    const unknown = await store(workspace, '/a.bin', Buffer.from([0, 1, 2, 3]))
    await expect(previews(caller, unknown, size)).rejects.toMatchObject({
      code: 'unsupported-type',
    })
  })

  test('rejects a file that cannot be decoded within the limits, with the reason', async () => {
    await using workspace = await openLocalWorkspace()
    const previews = openPreviews(workspace.ports)
    const blank = { width: 11_000, height: 11_000, channels: 3, background: 'black' } as const
    const huge = await sharp({ create: blank }).toColourspace('b-w').png().toBuffer()
    const bomb = await store(workspace, '/bomb.png', huge)
    await expect(previews(caller, bomb, size)).rejects.toMatchObject({
      code: 'unsupported-type',
      message: expect.stringContaining('more pixels') as string,
    })
    const damaged = (await photo()).subarray(0, 300)
    const half = await store(workspace, '/half.jpg', damaged)
    await expect(previews(caller, half, size)).rejects.toThrow('cannot be decoded')
    const noPdf = await store(workspace, '/no.pdf', Buffer.from('%PDF-1.4\nnothing\n'))
    await expect(previews(caller, noPdf, size)).rejects.toMatchObject({ code: 'unsupported-type' })
  })

  test.skipIf(skipWithoutProgram('ffmpeg'))(
    'renders a video of large frames within the memory limit of ffmpeg',
    async () => {
      await using workspace = await openLocalWorkspace()
      const film = execFileSync(
        'ffmpeg',
        [
          ['-v', 'error', '-f', 'lavfi', '-i', 'color=red:size=5000x5000:rate=24:duration=1'],
          ['-c:v', 'mjpeg', '-q:v', '31', '-f', 'avi', 'pipe:1'],
        ].flat(),
        { maxBuffer: 16 * 1024 * 1024 },
      )
      const bytes = await workspace.ports.renderer.render({
        open: async () => Readable.from([film]),
        sizeBytes: film.length,
        mimeType: 'video/avi',
        kind: 'video',
        width: 100,
      })
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 100, height: 100 })
    },
  )

  test('renders once for concurrent and later requests', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports } = workspace
    const { renderer, made } = counting(ports.renderer)
    const id = await store(workspace, '/photo.jpg', await photo())
    const previews = openPreviews({ ...ports, renderer })
    const wide = { ...size, width: 128 }
    const crowd = await Promise.all(Array.from({ length: 20 }, () => previews(caller, id, wide)))
    await previews(caller, id, wide)
    // Another process finds the preview in the store.
    await openPreviews({ ...ports, renderer })(caller, id, wide)
    expect(made).toEqual(['image/jpeg'])
    expect(new Set(crowd.map(({ checksum }) => checksum)).size).toBe(1)
  })

  test('derives any width from the cached widths', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports } = workspace
    const { renderer, made } = counting(ports.renderer)
    const id = await store(workspace, '/photo.jpg', await photo())
    const previews = openPreviews({ ...ports, renderer })
    for (const width of [16, 77, 100, 127]) {
      const { bytes } = await previews(caller, id, { ...size, width })
      expect((await sharp(bytes).metadata()).width).toBe(width)
    }
    expect(made.filter((type) => type === 'image/jpeg')).toHaveLength(1)
    const { storagePath } = (await ports.catalog.get(caller.workspaceId, id))!
    const blob = (await ports.blobs.stat(storagePath))!
    expect(await ports.blobs.readDerived(blob, 'preview-v2-77.webp')).toBeUndefined()
    expect(await ports.blobs.readDerived(blob, 'preview-v2-128.webp')).toBeDefined()
  })

  test('rejects more than 8 concurrent requests of a user with too-many-requests', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports } = workspace
    const { promise, resolve } = Promise.withResolvers<Buffer>()
    const previews = openPreviews({
      ...ports,
      renderer: { ...ports.renderer, render: () => promise },
    })
    const bytes = await photo()
    const ids: string[] = []
    for (let i = 0; i < 9; i += 1) ids.push(await store(workspace, `/${i}.jpg`, bytes))
    const asked = ids.map((id) => previews(caller, id, { ...size, width: 128 }))
    await expect(asked[8]).rejects.toMatchObject({ code: 'too-many-requests' })
    resolve(bytes)
    await Promise.all(asked.slice(0, 8))
  })

  test('does not decode a damaged file again on a repeated request', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports } = workspace
    const { renderer, made } = counting(ports.renderer)
    const half = await store(workspace, '/half.jpg', (await photo()).subarray(0, 300))
    const previews = openPreviews({ ...ports, renderer })
    for (let i = 0; i < 3; i += 1)
      await expect(previews(caller, half, size)).rejects.toThrow('cannot be decoded')
    expect(made).toHaveLength(1)
  })

  test('renders again after an error of the renderer', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports } = workspace
    let fails = true
    const renderer = {
      ...ports.renderer,
      render: (request: Parameters<typeof ports.renderer.render>[0]) =>
        fails ? Promise.reject(new Error('once')) : ports.renderer.render(request),
    }
    const id = await store(workspace, '/photo.jpg', await photo())
    const previews = openPreviews({ ...ports, renderer })
    await expect(previews(caller, id, size)).rejects.toThrow('once')
    fails = false
    expect((await previews(caller, id, size)).mimeType).toBe('image/webp')
  })

  test('rejects with not-found for another user and with gone for a deleted file', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports } = workspace
    const previews = openPreviews(ports)
    const id = await store(workspace, '/photo.jpg', await photo())
    await previews(caller, id, size)
    await expect(previews({ workspaceId: 'bob' }, id, size)).rejects.toMatchObject({
      code: 'not-found',
    })
    await remove(ports, caller, { id })
    await expect(previews(caller, id, size)).rejects.toMatchObject({ code: 'gone' })
  })

  test('leaves no files in the temporary directory', async () => {
    await using workspace = await openLocalWorkspace()
    const id = await store(workspace, '/photo.jpg', await photo())
    const half = await store(workspace, '/half.jpg', (await photo()).subarray(0, 300))
    const previews = openPreviews(workspace.ports)
    await using temporary = await ownTemporaryDirectory()
    await previews(caller, id, size)
    await expect(previews(caller, half, size)).rejects.toThrow('decoded')
    // The directory of a decoder that waits is empty.
    const files = async () => {
      const entries = await readdir(temporary.path, { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
    }
    await expect.poll(files).toEqual([])
  })
})
