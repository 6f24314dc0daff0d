import { setImmediate } from 'node:timers/promises'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import { nearestLine } from './nearest-line.ts'
import { occurrencesOf } from './occurrences.ts'

/** Replaces a text that occurs once, or with `all` everywhere. */
export interface TextEdit {
  oldText: string
  newText: string
  all: boolean
}

const maxLinesNamed = 5
const maxShown = 120
/** Places that are replaced at once: some milliseconds. */
const placesAtOnce = 50_000

/**
 * Applies edits one after another, all of them or none. A line break in an edit matches the line breaks of the text, LF or CRLF.
 * Lets other requests run in between. Throws `invalid-request` for an edit that matches nowhere, or several times without
 * `all`, with the lines of the matches; `too-large` for a result of more than `maxLength` characters.
 */
export async function applyEdits(
  text: string,
  edits: readonly TextEdit[],
  maxLength = Infinity,
): Promise<{ text: string; replacements: number }> {
  let current = text
  let replacements = 0
  for (const [at, edit] of edits.entries()) {
    const { places, oldText, newText } = find(current, edit)
    if (places.length === 0) throw await noMatch(current, oldText, at)
    if (places.length > 1 && !edit.all) throw severalMatches(current, places, at)
    // Before the text is made: each of twenty edits can multiply its length by thousands.
    const length = current.length + places.length * (newText.length - oldText.length)
    if (length > maxLength) throw tooLong(at, maxLength)
    current = await replaced(current, places, { oldText, newText })
    replacements += places.length
  }
  return { text: current, replacements }
}

/** Finds the old text as it is, or with CRLF if only that occurs in the text. */
function find(text: string, { oldText, newText }: TextEdit) {
  const places = occurrencesOf(text, oldText)
  const crlf = oldText.replaceAll(/\r?\n/g, '\r\n')
  if (places.length > 0 || crlf === oldText) return { places, oldText, newText }
  const others = occurrencesOf(text, crlf)
  if (others.length === 0) return { places, oldText, newText }
  return { places: others, oldText: crlf, newText: newText.replaceAll(/\r?\n/g, '\r\n') }
}

async function replaced(
  text: string,
  places: readonly number[],
  { oldText, newText }: Pick<TextEdit, 'oldText' | 'newText'>,
): Promise<string> {
  const parts: string[] = []
  let end = 0
  for (let from = 0; from < places.length; from += placesAtOnce) {
    const some: string[] = []
    for (const place of places.slice(from, from + placesAtOnce)) {
      some.push(text.slice(end, place), newText)
      end = place + oldText.length
    }
    parts.push(some.join(''))
    await setImmediate()
  }
  return parts.join('') + text.slice(end)
}

async function noMatch(text: string, oldText: string, at: number) {
  const near = await nearestLine(text, oldText)
  const hint =
    near && `; the most similar line is ${near.number}: "${near.text.slice(0, maxShown)}"`
  return invalid(
    `edits.${at}.oldText`,
    `does not occur in the text${hint ?? ''}. Nothing was changed; copy the text exactly as read`,
  )
}

function severalMatches(text: string, places: readonly number[], at: number) {
  const breaks = occurrencesOf(text, '\n')
  const lines = places.slice(0, maxLinesNamed).map((place) => {
    const following = breaks.findIndex((position) => position >= place)
    return (following === -1 ? breaks.length : following) + 1
  })
  const more = places.length > maxLinesNamed ? ' and more' : ''
  return invalid(
    `edits.${at}.oldText`,
    `occurs ${places.length} times, in lines ${lines.join(', ')}${more}. Nothing was changed; include more of the lines around it, or set all=true`,
  )
}

function tooLong(at: number, maxLength: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `edits.${at} makes the text longer than ${maxLength} characters, which is the most for an edited text. Nothing was changed; write a new file instead.`,
  )
}
