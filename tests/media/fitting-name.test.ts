import { expect, test } from 'vitest'
import { fittingName, siblingNames } from '../../shared/media/fitting-name.ts'

test.each<[string | undefined, string, string]>([
  [undefined, 'image/png', 'file.png'],
  [undefined, 'application/octet-stream', 'file.bin'],
  [undefined, 'application/x-nobody-knows', 'file'],
  [undefined, 'audio/mpeg', 'file.mp3'],
  [undefined, 'application/x-gzip', 'file.gz'],
  ['a.png', 'image/png', 'a.png'],
  ['a.jpeg', 'image/jpeg', 'a.jpeg'],
  ['a.JPG', 'image/jpeg', 'a.JPG'],
  ['a.gif', 'image/png', 'a.png'],
  ['a.exe', 'image/png', 'a.png'],
  ['a', 'image/png', 'a.png'],
  ['a.', 'image/png', 'a..png'],
  ['.png', 'image/png', '.png.png'],
  ['.hidden', 'image/png', '.hidden.png'],
  ['v1.2', 'image/png', 'v1.2.png'],
  ['a.tar.gz', 'application/x-gzip', 'a.tar.gz'],
  ['a.wav', 'audio/wave', 'a.wav'],
  ['a.mp3', 'audio/mpeg', 'a.mp3'],
  ['a.avi', 'video/avi', 'a.avi'],
  ['a.ts', 'text/plain', 'a.ts'],
  ['a.dat', 'application/octet-stream', 'a.dat'],
  ['a.zzz', 'application/x-nobody-knows', 'a.zzz'],
  ['report.xlsx', 'application/zip', 'report.xlsx'],
  ['book.pages', 'application/zip', 'book.pages'],
  ['model.whl', 'application/zip', 'model.whl'],
  ['a.png', 'application/zip', 'a.zip'],
  ['a', 'application/zip', 'a.zip'],
  ['old.doc', 'application/x-cfb', 'old.doc'],
  ['mail.msg', 'application/x-cfb', 'mail.msg'],
  ['a.tgz', 'application/x-gzip', 'a.tgz'],
  ['a.svgz', 'application/x-gzip', 'a.svgz'],
  ['a.svgz', 'image/svg+xml-compressed', 'a.svgz'],
  ['a', 'image/svg+xml-compressed', 'a.svgz'],
  ['song.ogg', 'audio/ogg', 'song.ogg'],
  ['song.ogg', 'application/ogg', 'song.ogg'],
  ['song.opus', 'audio/ogg', 'song.opus'],
  ['film.ogg', 'video/ogg', 'film.ogg'],
  ['film.mka', 'video/matroska', 'film.mka'],
  ['film.vob', 'video/mpeg', 'film.vob'],
  ['film.wmv', 'video/x-ms-asf', 'film.wmv'],
  ['clip.mov', 'video/mp4', 'clip.mov'],
  ['pic.tga', 'image/x-tga', 'pic.tga'],
  ['pic.jfif', 'image/jpeg', 'pic.jfif'],
  ['raw.nef', 'image/tiff', 'raw.nef'],
  ['db.accdb', 'application/x-msaccess', 'db.accdb'],
  ['plan.mpp', 'application/vnd.ms-project', 'plan.mpp'],
  ['setup.msi', 'application/x-msi', 'setup.msi'],
  ['notes.txt', 'text/csv', 'notes.txt'],
  ['track.gpx', 'text/xml', 'track.gpx'],
  ['a.plist', 'text/xml', 'a.plist'],
  ['map.mbtiles', 'application/x-sqlite3', 'map.mbtiles'],
  ['machine.ova', 'application/x-tar', 'machine.ova'],
  ['comic.cbt', 'application/x-tar', 'comic.cbt'],
  ['comic.cb7', 'application/x-7z-compressed', 'comic.cb7'],
  ['film.7z.001', 'application/x-7z-compressed', 'film.7z.001'],
  ['scan.001', 'application/pdf', 'scan.001.pdf'],
  ['film.jpg.001', 'application/x-7z-compressed', 'film.jpg.001.7z'],
  ['logo.ai', 'application/pdf', 'logo.ai'],
  ['letter.asc', 'application/pgp-encrypted', 'letter.asc'],
  ['a.tbz2', 'application/x-bzip2', 'a.tbz2'],
  ['a.txz', 'application/x-xz', 'a.txz'],
  ['a.tzst', 'application/zstd', 'a.tzst'],
  ['art.psb', 'image/vnd.adobe.photoshop', 'art.psb'],
  ['stereo.mpo', 'image/jpeg', 'stereo.mpo'],
  ['works.wps', 'application/msword', 'works.wps'],
  ['ann.vcf', 'text/vcard', 'ann.vcf'],
  ['page.xhtml', 'text/html', 'page.xhtml'],
  ['休日.jpg', 'image/webp', '休日.webp'],
])('fittingName(%j, %s) returns %j', (name, type, fitting) => {
  expect(fittingName(name, type)).toBe(fitting)
})

test('siblingNames numbers the names, then adds random suffixes, within the length limit', () => {
  expect(siblingNames('a.tar.gz').take(3).toArray()).toEqual([
    'a.tar.gz',
    'a (2).tar.gz',
    'a (3).tar.gz',
  ])
  for (const name of [
    'x'.repeat(255),
    `${'ü'.repeat(125)}.png`,
    `${'🏖'.repeat(60)}.${'y'.repeat(14)}`,
  ]) {
    const names = siblingNames(name).take(40).toArray()
    expect(new Set(names).size).toBe(40)
    for (const sibling of names) {
      expect(Buffer.byteLength(sibling)).toBeLessThanOrEqual(255)
      expect(sibling.isWellFormed()).toBe(true)
    }
  }
})
