/** The age at which a sweep scans a pending file. The finalize event scans younger files. */
export const pendingAgeSeconds = 60
