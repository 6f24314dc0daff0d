/** FIB: fEncrypted (MS-DOC §2.5.2), at the same place since Word 2. */
const wordEncryptedFlag = 0x0100
const wordMarks = new Set([0xa5ec, 0xa5dc, 0xa5db])
const word2Mark = Buffer.from('dba52d00', 'hex')

/** BOF of BIFF2, 3, 4, and of 5 and 8. */
const beginningsOfFile = new Set([0x0009, 0x0209, 0x0409, 0x0809])
const longestBofBytes = 20
const endOfSubstream = 0x000a
const filePass = 0x002f

/** CurrentUserAtom.headerToken of an encrypted document (MS-PPT §2.3.2). */
const encryptedToken = 0xf3d1c4df

/** The beginning of a `WordDocument` stream: XOR-obfuscated, or encrypted by RC4 or CryptoAPI. */
export function wordIsEncrypted(stream: Buffer): boolean {
  if (stream.length < 12 || !wordMarks.has(stream.readUInt16LE(0))) return false
  return (stream.readUInt16LE(10) & wordEncryptedFlag) !== 0
}

/** A document of Word 2, which is a file without storages. */
export function isEncryptedWord2(head: Buffer): boolean {
  return head.subarray(0, word2Mark.length).equals(word2Mark) && wordIsEncrypted(head)
}

/** Whether bytes begin like a workbook's records (MS-XLS §2.1.4), in a stream or, until BIFF5, in a file of their own. */
export function isWorkbookStream(head: Buffer): boolean {
  if (head.length < 4 || !beginningsOfFile.has(head.readUInt16LE(0))) return false
  const bytes = head.readUInt16LE(2)
  return bytes >= 4 && bytes <= longestBofBytes
}

/** Whether a FILEPASS record (§2.4.117) stands in the first substream: then everything after it is encrypted. */
export function workbookIsEncrypted(stream: Buffer): boolean {
  if (!isWorkbookStream(stream)) return false
  for (let at = 0; at + 4 <= stream.length; at += 4 + stream.readUInt16LE(at + 2)) {
    const type = stream.readUInt16LE(at)
    if (type === filePass) return true
    if (type === endOfSubstream) return false
  }
  return false
}

/** The `Current User` stream of a presentation. */
export function presentationIsEncrypted(stream: Buffer): boolean {
  return stream.length >= 16 && stream.readUInt32LE(12) === encryptedToken
}
