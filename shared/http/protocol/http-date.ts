const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const month = `(?<month>${months.join('|')})`
const time = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)`
const dayName = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const longDayName = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'

const imfFixdate = new RegExp(
  String.raw`^${dayName}, (?<day>\d\d) ${month} (?<year>\d{4}) ${time} GMT$`,
)
const rfc850Date = new RegExp(
  String.raw`^${longDayName}, (?<day>\d\d)-${month}-(?<year>\d\d) ${time} GMT$`,
)
const asctimeDate = new RegExp(
  String.raw`^${dayName} ${month} (?<day>[ \d]\d) ${time} (?<year>\d{4})$`,
)

/** Parses an HTTP-date in any of its three forms (RFC 9110 §5.6.7) to milliseconds; undefined for other text. */
export function parseHttpDate(field: string, now = new Date()): number | undefined {
  const full = imfFixdate.exec(field) ?? asctimeDate.exec(field)
  if (full?.groups) return instant(full.groups, Number(full.groups['year']))
  const short = rfc850Date.exec(field)
  return short?.groups && instantOfShortYear(short.groups, now)
}

/** The time in milliseconds, rounded down to the second, which is the precision of an HTTP-date. */
export function wholeSecond(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000
}

type Groups = Record<string, string>

/** A two-digit year more than 50 years in the future is the latest past year with these digits (RFC 9110 §5.6.7). */
function instantOfShortYear(groups: Groups, now: Date): number | undefined {
  const century = Math.floor(now.getUTCFullYear() / 100) * 100
  const limit = new Date(now)
  limit.setUTCFullYear(now.getUTCFullYear() + 50)
  const year = century + Number(groups['year'])
  const candidates = [year + 100, year, year - 100]
  return candidates
    .map((candidate) => instant(groups, candidate))
    .find((candidate) => candidate !== undefined && candidate <= limit.getTime())
}

function instant(groups: Groups, year: number): number | undefined {
  const date = new Date(0)
  const monthIndex = months.indexOf(groups['month'] ?? '')
  const day = Number(groups['day'])
  // Unlike Date.UTC, this does not move the years 0 to 99 to the 20th century.
  date.setUTCFullYear(year, monthIndex, day)
  if (date.getUTCMonth() !== monthIndex || date.getUTCDate() !== day) return undefined
  return date.setUTCHours(
    Number(groups['hour']),
    Number(groups['minute']),
    Number(groups['second']),
  )
}
