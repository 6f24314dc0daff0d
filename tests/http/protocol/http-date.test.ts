import { describe, expect, it } from 'vitest'
import { parseHttpDate } from '../../../shared/http/protocol/http-date.ts'

const now = new Date('2026-06-15T12:00:00Z')

const dates: Record<string, string> = {
  'Sun, 06 Nov 1994 08:49:37 GMT': '1994-11-06T08:49:37Z',
  'Sunday, 06-Nov-94 08:49:37 GMT': '1994-11-06T08:49:37Z',
  'Sun Nov  6 08:49:37 1994': '1994-11-06T08:49:37Z',
  'Wed Nov 16 08:49:37 1994': '1994-11-16T08:49:37Z',
  'Thu, 29 Feb 2024 00:00:00 GMT': '2024-02-29T00:00:00Z',
  'Sat, 31 Dec 2016 23:59:60 GMT': '2017-01-01T00:00:00Z',
  'Sat, 01 Jan 0050 00:00:00 GMT': '0050-01-01T00:00:00Z',
  'Monday, 15-Jun-76 12:00:00 GMT': '2076-06-15T12:00:00Z',
  'Monday, 15-Jun-76 12:00:01 GMT': '1976-06-15T12:00:01Z',
  'Tuesday, 31-Dec-75 00:00:00 GMT': '2075-12-31T00:00:00Z',
  'Friday, 01-Jan-99 00:00:00 GMT': '1999-01-01T00:00:00Z',
  'Saturday, 01-Jan-00 00:00:00 GMT': '2000-01-01T00:00:00Z',
}

const invalid = [
  '',
  '0',
  'yesterday',
  '1994-11-06T08:49:37Z',
  'Sun, 6 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37',
  'Sun, 06 Nov 1994 08:49:37 UTC',
  'Sun, 06 Nov 1994 08:49:37 +0000',
  'sun, 06 nov 1994 08:49:37 gmt',
  'Sun, 06 Nov 94 08:49:37 GMT',
  'Sun, 31 Feb 1994 08:49:37 GMT',
  'Thu, 29 Feb 2023 00:00:00 GMT',
  'Sun, 00 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 24:00:00 GMT',
  'Sun, 06 Nov 1994 08:60:00 GMT',
  'Sun, 06 Nov 1994 08:49:61 GMT',
  'Sun, 06 Foo 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
  ' Sun, 06 Nov 1994 08:49:37 GMT',
]

describe('HTTP dates (RFC 9110 §5.6.7)', () => {
  it.each(Object.entries(dates))('%s is %s', (field, instant) => {
    expect(parseHttpDate(field, now)).toBe(Date.parse(instant))
  })

  it.each(invalid)('rejects "%s"', (field) => {
    expect(parseHttpDate(field, now)).toBeUndefined()
  })
})
