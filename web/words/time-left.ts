const leastMs = 3000

interface Sending {
  sizeBytes: number
  sentBytes: number
  /** When the sending began, and at how many bytes. */
  since?: { at: number; bytes: number }
}

/** ` · 4 minutes left`, by the rate since the sending began. Empty until that says something. */
export function timeLeft({ sizeBytes, sentBytes, since }: Sending, now = Date.now()): string {
  if (!since || sentBytes <= since.bytes || now - since.at < leastMs) return ''
  const rate = (sentBytes - since.bytes) / (now - since.at)
  const minutes = Math.ceil((sizeBytes - sentBytes) / rate / 60_000)
  return ` · ${minutes <= 1 ? 'less than a minute' : `${minutes} minutes`} left`
}
