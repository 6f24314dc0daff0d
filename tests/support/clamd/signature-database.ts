import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'

const headerBytes = 512
const blockBytes = 512

/**
 * Makes a `daily.cud` like `sigtool --build --unsigned`: signatures with a version and a build time, which clamd reports for VERSION.
 * `hashes` are the lines of an `.hdb` file.
 */
export function signatureDatabase(options: {
  version: number
  builtAt: Date
  hashes: string[]
}): Buffer {
  const signatures = Buffer.from(`${options.hashes.join('\n')}\n`)
  const sha256 = createHash('sha256').update(signatures).digest('hex')
  const info = `${headerOf(options, 'X')}\ndaily.hdb:${signatures.length}:${sha256}\n`
  const archive = gzipSync(
    Buffer.concat([
      tarEntry('COPYING', Buffer.alloc(0)),
      tarEntry('daily.info', Buffer.from(info)),
      tarEntry('daily.hdb', signatures),
      Buffer.alloc(2 * blockBytes),
    ]),
  )
  const md5 = createHash('md5').update(archive).digest('hex')
  return Buffer.concat([Buffer.from(headerOf(options, md5).padEnd(headerBytes)), archive])
}

/** Makes the line of an `.hdb` file that matches exactly these bytes. */
export function hashSignature(name: string, bytes: Buffer): string {
  return `${createHash('md5').update(bytes).digest('hex')}:${bytes.length}:${name}`
}

function headerOf(
  { version, builtAt, hashes }: { version: number; builtAt: Date; hashes: string[] },
  md5: string,
): string {
  const date = '01 Jan 2026 00-00 +0000'
  const builtSeconds = Math.floor(builtAt.getTime() / 1000)
  return `ClamAV-VDB:${date}:${version}:${hashes.length}:90:${md5}:X:tests:${builtSeconds}`
}

/** Makes a file entry in the old tar format: a header block and the padded bytes. */
function tarEntry(name: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(blockBytes)
  header.write(name, 0)
  header.write(octal(0o644, 7), 100)
  header.write(octal(0, 7), 108)
  header.write(octal(0, 7), 116)
  header.write(octal(bytes.length, 11), 124)
  header.write(octal(0, 11), 136)
  header.write('        0', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes)
  return Buffer.concat([header, bytes, padding])
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length, '0')}\0`
}
