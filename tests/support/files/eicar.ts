/**
 * The EICAR test file (https://www.eicar.org/download-anti-malware-testfile/): harmless, and every scanner calls it
 * infected. Put together at run time, or a scanner would take this source file away.
 */
export function eicar(): Buffer {
  const head = String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}`
  return Buffer.from([`${head}$EICAR`, 'STANDARD', 'ANTIVIRUS', 'TEST', 'FILE!$H+H*'].join('-'))
}
