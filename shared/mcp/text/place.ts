import type { ReadyFile } from '../../model/file.ts'
import { shortTag } from '../etag.ts'
import type { TextWindow } from './window.ts'

/** The first line of an answer: `[/a.csv · text/csv · 812,331 bytes · etag 9f86d081884c7d65 · …]`. */
export function headOf(file: ReadyFile, place: string[]): string {
  const { path, mimeType, sizeBytes } = file
  const parts = [path, mimeType, `${grouped(sizeBytes)} bytes`, `etag ${shortTag(file)}`, ...place]
  return `[${parts.join(' · ')}]`
}

/** Says which part of the text a window is, and the arguments of the next call. */
export function placeOf(window: TextWindow, { lines }: { lines: number }): string[] {
  const next = nextOf(window)
  const asked = next !== undefined && lines !== defaultLines ? ` lines=${lines}` : ''
  return [shownOf(window), ...(next === undefined ? [] : [`next: ${next}${asked}`])]
}

const defaultLines = 400

function shownOf({ firstLine, lineCount, totalLines, start, end, isCutInLine }: TextWindow) {
  if (start === end) return 'no text'
  if (firstLine === undefined) return `bytes ${grouped(start)}–${grouped(end)}`
  const last = firstLine + lineCount - 1
  const all = totalLines === undefined ? '' : ` of ${grouped(totalLines)}`
  const shown = `lines ${grouped(firstLine)}–${grouped(last)}${all}`
  return isCutInLine ? `${shown}, the last one cut` : shown
}

/** Continues by line where lines are counted. Elsewhere an offset saves counting them again. */
function nextOf({ isAtEnd, isCutInLine, firstLine, lineCount, totalLines, end }: TextWindow) {
  if (isAtEnd) return undefined
  const byLine = firstLine !== undefined && totalLines !== undefined && !isCutInLine
  return byLine ? `line=${firstLine + lineCount}` : `offset=${end}`
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}
