const language = document.documentElement.lang || 'en'

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const sizes = units.map(
  (unit, index) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit,
      unitDisplay: index === 0 ? 'long' : 'short',
      maximumFractionDigits: index < 2 ? 0 : 1,
    }),
)
const counts = new Intl.NumberFormat(language)
const times = new Intl.DateTimeFormat(language, { timeStyle: 'short', hourCycle: 'h23' })
const days = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
const instants = new Intl.DateTimeFormat(language, {
  dateStyle: 'medium',
  timeStyle: 'short',
  hourCycle: 'h23',
})

/** `1.2 MB`: units of 1,000. */
export function size(bytes: number): string {
  let unit = 0
  let value = bytes
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return sizes[unit]?.format(value) ?? ''
}

export function count(value: number): string {
  return counts.format(value)
}

/** `1 file`, `12,000 files`. */
export function counted(value: number, noun: string): string {
  return `${counts.format(value)} ${noun}${value === 1 ? '' : 's'}`
}

export function instant(iso: string): string {
  return instants.format(new Date(iso))
}

/** `Today, 14:02`, `Yesterday`, `22 Nov`, and with the year if it is another one. */
export function day(iso: string, now = new Date()): string {
  const date = new Date(iso)
  const midnight = new Date(now).setHours(0, 0, 0, 0)
  if (date.getTime() >= midnight) return `Today, ${times.format(date)}`
  if (date.getTime() >= midnight - 86_400_000) return 'Yesterday'
  return date.getFullYear() === now.getFullYear() ? days.format(date) : dates.format(date)
}

/** Shows the characters that change the direction of text. The service refuses them; a file of the user's disk may have them. */
export function visible(name: string): string {
  return name.replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

const quotedLength = 60

/** A text of the user in quotes, for a sentence: shortened, and unable to change the direction of the words around it. */
export function quoted(text: string): string {
  const shown = visible(text)
  return `“${shown.length > quotedLength ? `${shown.slice(0, quotedLength)}…` : shown}”`
}
