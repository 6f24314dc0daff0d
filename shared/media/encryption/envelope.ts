/** Signatures of formats whose whole content is encrypted. */
const signatures: { at: number; bytes: Buffer }[] = [
  // Apple disk images and the bands of sparse bundles.
  { at: 0, bytes: Buffer.from('encrcdsa') },
  { at: 0, bytes: Buffer.from('LUKS\u00ba\u00be', 'latin1') },
  // BitLocker volumes.
  { at: 3, bytes: Buffer.from('-FVE-FS-') },
  { at: 0, bytes: Buffer.from('age-encryption.org/v1\n') },
  { at: 0, bytes: Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----') },
  // `openssl enc`, binary and base64.
  { at: 0, bytes: Buffer.from('Salted__') },
  { at: 0, bytes: Buffer.from('U2FsdGVkX1') },
  // AES Crypt.
  { at: 0, bytes: Buffer.from('AES\u0002', 'latin1') },
  { at: 0, bytes: Buffer.from('AES\u0003', 'latin1') },
]

const armor = '-----BEGIN PGP MESSAGE-----'
/** RSA, ElGamal, ECDH, X25519, X448 (RFC 9580 §9.1). */
const publicKeyAlgorithms = new Set([1, 2, 16, 18, 25, 26])

/** Content types of CMS (RFC 5652 §6, §8; RFC 5083 §2.1): enveloped data, encrypted data, authenticated enveloped data. */
const cmsTypes = ['06092a864886f70d010703', '06092a864886f70d010706', '060b2a864886f70d0109100117']
const sequence = 0x30
const longestSequenceHead = 6

const wordPerfectSignature = Buffer.from('ff575043', 'hex')
/** Offset of the password's checksum in a WordPerfect prefix; zero without a password. */
const wordPerfectKeyAt = 12

/** Returns true if the whole content of a file is encrypted, judging by its first bytes. */
export function isEnvelope(head: Buffer): boolean {
  return (
    isCms(head) ||
    isEncryptedWordPerfect(head) ||
    signatures.some(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes)) ||
    isOpenPgpMessage(head) ||
    isOpenPgpMessage(withoutArmor(head))
  )
}

/** Matches S/MIME and `openssl cms`, in DER or BER: a sequence that begins with its content type. */
function isCms(head: Buffer): boolean {
  if (head[0] !== sequence) return false
  const types = cmsTypes.map((type) => head.indexOf(type, 0, 'hex'))
  return types.some((at) => at > 0 && at <= longestSequenceHead)
}

function isEncryptedWordPerfect(head: Buffer): boolean {
  if (!head.subarray(0, wordPerfectSignature.length).equals(wordPerfectSignature)) return false
  return head.length >= wordPerfectKeyAt + 2 && head.readUInt16LE(wordPerfectKeyAt) !== 0
}

/**
 * Decodes the first bytes of an armored message (RFC 9580 §6.2). Signed and encrypted messages have the same first line, so only
 * the packets distinguish them.
 */
function withoutArmor(head: Buffer): Buffer {
  const lines = head.toString('latin1').split(/\r?\n/)
  if (lines[0] !== armor) return Buffer.alloc(0)
  const blank = lines.findIndex((line) => line.trim() === '')
  return Buffer.from(lines.slice(blank + 1, -1).join(''), 'base64')
}

/**
 * Matches an encrypted binary OpenPGP message (RFC 9580 §10.3): one or more session key packets, for a public key (tag 1) or a
 * passphrase (tag 3), then encrypted data (tag 9, 18 or 20).
 */
function isOpenPgpMessage(head: Buffer): boolean {
  let keys = 0
  for (let at = 0; at + 8 < head.length;) {
    const packet = parsePacket(head, at)
    if (!packet) return false
    const { tag, bodyAt, bodyBytes } = packet
    if (tag === 9 || tag === 18 || tag === 20) return keys > 0
    if (!isSessionKey(tag, head.subarray(bodyAt, bodyAt + bodyBytes))) return false
    keys += 1
    at = bodyAt + bodyBytes
  }
  // The session keys fill the head, so the encrypted data is after it.
  return keys > 1
}

function isSessionKey(tag: number, body: Buffer): boolean {
  const [version = 0, cipher = 0, derivation = 0] = body
  if (tag === 3 && version === 4)
    return cipher > 0 && cipher <= 13 && [0, 1, 3].includes(derivation)
  if (tag === 3) return version === 5 || version === 6
  if (tag !== 1) return false
  return version === 6 || (version === 3 && publicKeyAlgorithms.has(body[9] ?? 0))
}

/** Parses a packet header (RFC 9580 §4.2), old or new format. Returns undefined for other bytes. */
function parsePacket(head: Buffer, at: number) {
  const first = head.readUInt8(at)
  if ((first & 0x80) === 0) return undefined
  const length = head.readUInt8(at + 1)
  if ((first & 0x40) !== 0) {
    const tag = first & 0x3f
    if (length < 192) return { tag, bodyAt: at + 2, bodyBytes: length }
    if (length < 224) {
      return { tag, bodyAt: at + 3, bodyBytes: (length - 192) * 256 + head.readUInt8(at + 2) + 192 }
    }
    if (length < 255) return { tag, bodyAt: at + 2, bodyBytes: 2 ** (length & 0x1f) }
    return { tag, bodyAt: at + 6, bodyBytes: head.readUInt32BE(at + 2) }
  }
  const tag = (first >> 2) & 0x0f
  switch (first & 0x03) {
    case 0:
      return { tag, bodyAt: at + 2, bodyBytes: length }
    case 1:
      return { tag, bodyAt: at + 3, bodyBytes: head.readUInt16BE(at + 1) }
    case 2:
      return { tag, bodyAt: at + 5, bodyBytes: head.readUInt32BE(at + 1) }
    default:
      return { tag, bodyAt: at + 1, bodyBytes: head.length }
  }
}
