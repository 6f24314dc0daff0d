import { expect, test } from 'vitest'
import { kindOf } from '../../shared/media/file-kind.ts'
import { mediaTypes, typeOfName } from '../../shared/media/media-types.ts'

const kinds: Record<string, string[]> = {
  image: ['png', 'jpg', 'svg', 'heic', 'psd', 'tiff', 'dng', 'ico'],
  video: ['mp4', 'mov', 'mkv', 'webm', 'avi', '3gp', 'wmv'],
  audio: ['mp3', 'wav', 'ogx', 'opus', 'flac', 'm4a', 'mid'],
  document: [
    'pdf',
    'doc',
    'docx',
    'docm',
    'dotx',
    'xls',
    'xlsx',
    'ppt',
    'pptx',
    'odt',
    'ods',
    'rtf',
    'epub',
    'pages',
    'numbers',
    'key',
    'ps',
    'vsd',
    'wpd',
    'sxw',
    'mpp',
    'xps',
  ],
  archive: ['zip', 'tar', 'gz', 'tgz', 'bz2', 'xz', '7z', 'rar', 'jar', 'cab', 'rpm', 'apk'],
  text: [
    'txt',
    'md',
    'csv',
    'html',
    'css',
    'json',
    'xml',
    'yaml',
    'js',
    'sql',
    'ics',
    'vcf',
    'geojson',
  ],
  other: ['bin', 'exe', 'wasm', 'ttf', 'sqlite', 'mdb'],
}

test.each(Object.entries(kinds).flatMap(([kind, names]) => names.map((name) => [name, kind])))(
  'the kind of .%s is %s',
  (extension, kind) => {
    expect(kindOf(typeOfName(`x.${extension}`) ?? 'application/octet-stream')).toBe(kind)
  },
)

test('the kind of an alias is that of the canonical type', () => {
  for (const [type, { aliases = [] }] of Object.entries(mediaTypes)) {
    for (const alias of aliases) expect(kindOf(alias)).toBe(kindOf(type))
  }
})
