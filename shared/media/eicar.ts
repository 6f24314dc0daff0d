/**
 * The EICAR test file (https://www.eicar.org/download-anti-malware-testfile/), 68 bytes. It is harmless, and every scanner
 * reports it as infected. Assembled at run time, so that scanners do not flag this source file.
 */
export const eicar = Buffer.from(
  [String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR`, 'STANDARD', 'ANTIVIRUS', 'TEST'].join('-') +
    '-FILE!$H+H*',
)
