/**
 * The EICAR test file (https://www.eicar.org/download-anti-malware-testfile/), 68 bytes: harmless, and every scanner calls
 * it infected. Put together here, or a scanner would take this source file away.
 */
export const eicar = Buffer.from(
  [String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR`, 'STANDARD', 'ANTIVIRUS', 'TEST'].join('-') +
    '-FILE!$H+H*',
)
