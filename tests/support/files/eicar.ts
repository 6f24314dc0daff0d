/**
 * The EICAR test file (https://www.eicar.org/download-anti-malware-testfile/). It is harmless, and every scanner reports it as
 * infected. Assembled at run time, so that scanners do not flag this source file.
 */
export function eicar(): Buffer {
  const head = String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}`
  return Buffer.from([`${head}$EICAR`, 'STANDARD', 'ANTIVIRUS', 'TEST', 'FILE!$H+H*'].join('-'))
}
