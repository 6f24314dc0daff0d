const dayMs = 86_400_000

/** How long a file stays in the trash: `12 days left`, `1 day left`. The sweep deletes it at some time after that. */
export function daysLeft(deletedAt: string, retentionDays: number, now = Date.now()): string {
  const left = retentionDays - (now - Date.parse(deletedAt)) / dayMs
  if (left < 1) return left > 0 ? 'less than a day left' : 'deleted soon'
  const days = Math.min(retentionDays, Math.floor(left))
  return `${days} day${days === 1 ? '' : 's'} left`
}
