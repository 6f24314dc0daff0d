import type { UnscannableReason } from '../../model/verdict.ts'
import { boundedReader, type ReadAt, ReadLimitError } from '../formats/read-at.ts'
import {
  endsLikeZip,
  maxDirectoryBytes,
  readZipDirectory,
  readZipEntry,
} from '../formats/zip-directory.ts'

/** Entries that only encrypted documents contain: OpenDocument 1.4 §"Encryption", iWork's password verifier and hint. */
const encryptedNames = new Set(['encrypted-package', '.iwpv2', '.iwph'])
/** Entries that list encrypted entries: OpenDocument (part 2, §3.4), EPUB and other OCF containers (OCF §3.5.2.4). */
const manifests: Record<string, (xml: string) => boolean> = {
  'meta-inf/manifest.xml': (xml) => /[<:]encryption-data[\s/>]/.test(xml),
  'meta-inf/encryption.xml': encryptsContent,
}
const maxManifestBytes = 16 * 1024 * 1024

/** Algorithms of obfuscated fonts. They change the first bytes only, with a key that the book contains. */
const obfuscations = new Set([
  'http://www.idpf.org/2008/embedding',
  'http://ns.adobe.com/pdf/enc#RC',
])

/**
 * Resolves to `encrypted` if a zip archive is an encrypted document, to `scan-limit` if the limits do not allow an answer. Does
 * not look for encrypted zip entries, which clamd reports.
 */
export async function zipEncryption(
  read: ReadAt,
  sizeBytes: number,
): Promise<UnscannableReason | undefined> {
  const bounded = boundedReader(read, maxDirectoryBytes + 2 * maxManifestBytes)
  try {
    const directory = await readZipDirectory(bounded, sizeBytes)
    if (directory === 'too-large') return 'scan-limit'
    // Another program may be able to read an archive whose directory this parser rejects.
    if (!directory) return (await endsLikeZip(bounded, sizeBytes)) ? 'scan-limit' : undefined
    for (const entry of directory.entries) {
      const name = entry.name.toLowerCase()
      if (encryptedNames.has(name)) return 'encrypted'
      const declaresEncryption = manifests[name]
      if (!declaresEncryption) continue
      const manifest = await readZipEntry(bounded, entry, maxManifestBytes)
      if (!manifest) return 'scan-limit'
      if (declaresEncryption(decodeXml(manifest))) return 'encrypted'
    }
    return undefined
  } catch (error) {
    if (error instanceof ReadLimitError) return 'scan-limit'
    throw error
  }
}

/** Returns true if entries other than obfuscated fonts are encrypted. Each `EncryptedData` names its algorithm (XML Encryption §3.1). */
function encryptsContent(xml: string): boolean {
  const [, ...methods] = xml.split('EncryptionMethod')
  if (methods.length === 0) return xml.includes('EncryptedData')
  return methods.some((method) => {
    const attributes = method.slice(0, method.indexOf('>'))
    const [, algorithm] = /Algorithm\s*=\s*["']([^"']*)/.exec(attributes) ?? []
    return attributes !== '' && !obfuscations.has(algorithm?.trim() ?? '')
  })
}

/** Decodes XML as UTF-8, or as UTF-16 after its byte order mark. */
function decodeXml(bytes: Buffer): string {
  const mark = bytes.toString('hex', 0, 2)
  if (mark === 'fffe') return bytes.toString('utf16le')
  if (mark === 'feff') return new TextDecoder('utf-16be').decode(bytes)
  return bytes.toString('utf8')
}
