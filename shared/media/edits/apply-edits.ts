import { invalid } from '../../model/errors.ts'
import { nearestLine } from './nearest-line.ts'

/** Replaces a text that occurs once, or with `all` everywhere. */
export interface TextEdit {
  oldText: string
  newText: string
  all: boolean
}

const maxLinesNamed = 5
const maxShown = 120

/**
 * Applies edits one after another, all of them or none. A line break in an edit matches the line breaks of the text, LF or CRLF.
 * Throws `invalid-request` for an edit that matches nowhere, or several times without `all`, with the lines of the matches.
 */
export function applyEdits(
  text: string,
  edits: readonly TextEdit[],
): { text: string; replacements: number } {
  let current = text
  let replacements = 0
  for (const [at, edit] of edits.entries()) {
    const { oldText, newText } = withLineBreaksOf(current, edit)
    const places = placesOf(current, oldText)
    if (places.length === 0) throw noMatch(current, oldText, at)
    if (places.length > 1 && !edit.all) throw severalMatches(current, places, at)
    current = current.split(oldText).join(newText)
    replacements += places.length
  }
  return { text: current, replacements }
}

/** The edit as it is, or with CRLF if only that occurs in the text. */
function withLineBreaksOf(text: string, { oldText, newText }: TextEdit) {
  const crlf = oldText.replaceAll(/\r?\n/g, '\r\n')
  if (text.includes(oldText) || !text.includes(crlf)) return { oldText, newText }
  return { oldText: crlf, newText: newText.replaceAll(/\r?\n/g, '\r\n') }
}

/** The positions of all matches, which do not overlap. */
function placesOf(text: string, part: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) {
    places.push(at)
  }
  return places
}

function noMatch(text: string, oldText: string, at: number) {
  const near = nearestLine(text, oldText)
  const hint =
    near && `; the most similar line is ${near.number}: "${near.text.slice(0, maxShown)}"`
  return invalid(
    `edits.${at}.oldText`,
    `does not occur in the text${hint ?? ''}. Nothing was changed; copy the text exactly as read`,
  )
}

function severalMatches(text: string, places: number[], at: number) {
  const lines = places.slice(0, maxLinesNamed).map((place) => lineOf(text, place))
  const more = places.length > maxLinesNamed ? ' and more' : ''
  return invalid(
    `edits.${at}.oldText`,
    `occurs ${places.length} times, in lines ${lines.join(', ')}${more}. Nothing was changed; include more of the lines around it, or set all=true`,
  )
}

function lineOf(text: string, place: number): number {
  return placesOf(text.slice(0, place), '\n').length + 1
}
