import { boundedReader, type ReadAt, ReadLimitError } from '../formats/read-at.ts'
import {
  endsLikeZip,
  maxDirectoryBytes,
  readZipDirectory,
  readZipEntry,
} from '../formats/zip-directory.ts'
import type { Hidden } from './hidden.ts'

/** Files that only encrypted documents have: OpenDocument 1.4 §"Encryption", iWork's password verifier and hint. */
const encryptedNames = new Set(['encrypted-package', '.iwpv2', '.iwph'])
/** What says which files of a document are encrypted: OpenDocument (part 2, §3.4), EPUB and its kin (OCF §3.5.2.4). */
const manifests: Record<string, (xml: string) => boolean> = {
  'meta-inf/manifest.xml': (xml) => /[<:]encryption-data[\s/>]/.test(xml),
  'meta-inf/encryption.xml': encryptsContent,
}
const maxManifestBytes = 16 * 1024 * 1024

/** Fonts that are obfuscated: their first bytes only, and by a key that stands in the book. */
const obfuscations = new Set([
  'http://www.idpf.org/2008/embedding',
  'http://ns.adobe.com/pdf/enc#RC',
])

/** Whether a zip archive is an encrypted document. Archives whose entries are encrypted clamd reports itself. */
export async function zipEncryption(read: ReadAt, sizeBytes: number): Promise<Hidden> {
  const bounded = boundedReader(read, maxDirectoryBytes + 2 * maxManifestBytes)
  try {
    const directory = await readZipDirectory(bounded, sizeBytes)
    if (directory === 'too-large') return 'scan-limit'
    // Programs may read what is broken here.
    if (!directory) return (await endsLikeZip(bounded, sizeBytes)) ? 'scan-limit' : undefined
    for (const entry of directory.entries) {
      const name = entry.name.toLowerCase()
      if (encryptedNames.has(name)) return 'encrypted'
      const saysSo = manifests[name]
      if (!saysSo) continue
      const manifest = await readZipEntry(bounded, entry, maxManifestBytes)
      if (!manifest) return 'scan-limit'
      if (saysSo(decodeXml(manifest))) return 'encrypted'
    }
    return undefined
  } catch (error) {
    if (error instanceof ReadLimitError) return 'scan-limit'
    throw error
  }
}

/** Whether anything but fonts is encrypted; each `EncryptedData` names its algorithm (XML Encryption §3.1). */
function encryptsContent(xml: string): boolean {
  const [, ...methods] = xml.split('EncryptionMethod')
  if (methods.length === 0) return xml.includes('EncryptedData')
  return methods.some((method) => {
    const attributes = method.slice(0, method.indexOf('>'))
    const [, algorithm] = /Algorithm\s*=\s*["']([^"']*)/.exec(attributes) ?? []
    return attributes !== '' && !obfuscations.has(algorithm?.trim() ?? '')
  })
}

/** XML is UTF-8 unless it begins with another byte order mark. */
function decodeXml(bytes: Buffer): string {
  const mark = bytes.toString('hex', 0, 2)
  if (mark === 'fffe') return bytes.toString('utf16le')
  if (mark === 'feff') return new TextDecoder('utf-16be').decode(bytes)
  return bytes.toString('utf8')
}
