/** FIB: fEncrypted (MS-DOC §2.5.2), at the same offset since Word 2. */
const wordEncryptedFlag = 0x0100
const wordSignatures = new Set([0xa5ec, 0xa5dc, 0xa5db])
const word2Signature = Buffer.from('dba52d00', 'hex')

/** BOF records of BIFF2, BIFF3, BIFF4, and of BIFF5 and BIFF8. */
const beginningsOfFile = new Set([0x0009, 0x0209, 0x0409, 0x0809])
const longestBofBytes = 20
const endOfSubstream = 0x000a
const filePass = 0x002f

/** CurrentUserAtom.headerToken of an encrypted document (MS-PPT §2.3.2). */
const encryptedToken = 0xf3d1c4df

/** Checks the beginning of a `WordDocument` stream for XOR obfuscation or encryption by RC4 or CryptoAPI. */
export function wordIsEncrypted(stream: Buffer): boolean {
  if (stream.length < 12 || !wordSignatures.has(stream.readUInt16LE(0))) return false
  return (stream.readUInt16LE(10) & wordEncryptedFlag) !== 0
}

/** Checks a document of Word 2, which is not a compound file. */
export function isEncryptedWord2(head: Buffer): boolean {
  return head.subarray(0, word2Signature.length).equals(word2Signature) && wordIsEncrypted(head)
}

/** Matches the first record of a workbook (MS-XLS §2.1.4), in a stream or, up to BIFF4, in a bare file. */
export function isWorkbookStream(head: Buffer): boolean {
  if (head.length < 4 || !beginningsOfFile.has(head.readUInt16LE(0))) return false
  const bytes = head.readUInt16LE(2)
  return bytes >= 4 && bytes <= longestBofBytes
}

/** Searches the first substream for a FILEPASS record (§2.4.117). All records after it are encrypted. */
export function workbookIsEncrypted(stream: Buffer): boolean {
  if (!isWorkbookStream(stream)) return false
  for (let at = 0; at + 4 <= stream.length; at += 4 + stream.readUInt16LE(at + 2)) {
    const type = stream.readUInt16LE(at)
    if (type === filePass) return true
    if (type === endOfSubstream) return false
  }
  return false
}

/** Checks the `Current User` stream of a presentation. */
export function presentationIsEncrypted(stream: Buffer): boolean {
  return stream.length >= 16 && stream.readUInt32LE(12) === encryptedToken
}
