import type { TextOutput } from './text-output.ts'
import type { XmlReader } from './parse-xml.ts'

const maxSpaces = 100
/** Columns that are kept apart. A sheet may claim 16,384 for one cell. */
const maxGap = 50

/** Paragraphs of a `.docx` or a slide of a `.pptx` (ECMA-376-1 §17, §21): the text of `t`, without deleted text and fields. */
export function paragraphs(output: TextOutput): XmlReader {
  let isText = false
  return {
    open: (name) => {
      if (name === 't') isText = true
      else if (name === 'tab') output.add('\t')
      else if (name === 'br' || name === 'cr') output.add('\n')
    },
    close: (name) => {
      if (name === 't') isText = false
      else if (name === 'p') output.add('\n')
    },
    text: (text) => {
      if (isText) output.add(text)
    },
    isDone: () => output.isFull,
  }
}

/** The shared strings of a `.xlsx` (ECMA-376-1 §18.4), without phonetic hints. */
export function sharedStrings(strings: string[], maxLength: number): XmlReader {
  let current = ''
  let length = 0
  let isText = false
  let isHint = false
  return {
    open: (name) => {
      if (name === 't') isText = true
      else if (name === 'rPh') isHint = true
    },
    close: (name) => {
      if (name === 't') isText = false
      else if (name === 'rPh') isHint = false
      else if (name === 'si') {
        strings.push(current)
        current = ''
      }
    },
    text: (text) => {
      if (!isText || isHint || length > maxLength) return
      current += text
      length += text.length
    },
  }
}

/** The cells of a sheet of a `.xlsx` (ECMA-376-1 §18.3): a line for each row, with tabulators between columns. */
export function sheetCells(strings: readonly string[], output: TextOutput): XmlReader {
  let type: string | undefined
  let value = ''
  let isValue = false
  let column = 0
  return {
    open: (name, attribute) => {
      if (name === 'row') column = 0
      else if (name === 'c') {
        const at = columnOf(attribute('r') ?? '') ?? column
        output.add('\t'.repeat(Math.min(maxGap, Math.max(0, at - column))))
        column = Math.max(column, at)
        type = attribute('t')
        value = ''
      } else if (name === 'v' || name === 't') isValue = true
    },
    close: (name) => {
      if (name === 'v' || name === 't') isValue = false
      else if (name === 'c') output.add(type === 's' ? (strings[Number(value)] ?? '') : value)
      else if (name === 'row') output.add('\n')
    },
    text: (text) => {
      if (isValue) value += text
    },
    isDone: () => output.isFull,
  }
}

/** Content of OpenDocument (ODF 1.3 part 3): paragraphs, and a line for each row of a table. Comments are left out. */
export function openDocument(output: TextOutput): XmlReader {
  let paragraphDepth = 0
  let cellDepth = 0
  let commentDepth = 0
  return {
    open: (name, attribute) => {
      if (name === 'annotation') commentDepth++
      if (commentDepth > 0) return
      if (name === 'p' || name === 'h') paragraphDepth++
      else if (name === 'tab') output.add('\t')
      else if (name === 'line-break') output.add('\n')
      else if (name === 's') {
        output.add(' '.repeat(Math.min(maxSpaces, Number(attribute('c') ?? 1) || 1)))
      } else if (name === 'table-cell') cellDepth++
      else if (name === 'table' || name === 'page') output.add(`# ${attribute('name') ?? name}\n`)
    },
    close: (name) => {
      if (name === 'annotation') commentDepth--
      if (commentDepth > 0) return
      if (name === 'p' || name === 'h') {
        paragraphDepth--
        output.add(cellDepth > 0 ? ' ' : '\n')
      } else if (name === 'table-cell') {
        cellDepth--
        output.add('\t')
      } else if (name === 'table-row') output.add('\n')
    },
    text: (text) => {
      if (paragraphDepth > 0 && commentDepth === 0) output.add(text)
    },
    isDone: () => output.isFull,
  }
}

/** `C7` is column 2. */
function columnOf(reference: string): number | undefined {
  const letters = /^[A-Z]{1,3}(?=\d)/.exec(reference)?.[0]
  if (letters === undefined) return undefined
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}
