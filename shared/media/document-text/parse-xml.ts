import { setImmediate } from 'node:timers/promises'
import { SaxesParser } from 'saxes'

/** Handles the parts of a document. Names are local names: `t` for `w:t`. */
export interface XmlReader {
  open?: (name: string, attribute: (name: string) => string | undefined) => void
  close?: (name: string) => void
  text?: (text: string) => void
  /** The reader needs no more of the document. */
  isDone?: () => boolean
}

/** Characters that are parsed at once: about a millisecond. */
const chunkLength = 64 * 1024

/** No document of an office has more. An element with a million attributes stops the process for seconds. */
const maxAttributes = 1000
const maxDepth = 1000

/**
 * Parses XML in UTF-8 and lets other requests run in between. Expands no entity of the document and opens nothing. Throws for a
 * document that is not well-formed, and for more than 1000 attributes of an element or levels of elements.
 */
export async function parseXml(
  bytes: Buffer,
  reader: XmlReader,
  signal: AbortSignal,
): Promise<void> {
  const parser = new SaxesParser({ position: false })
  parser.on('error', (error) => {
    throw error
  })
  let depth = 0
  let attributeCount = 0
  parser.on('attribute', () => {
    attributeCount++
    if (attributeCount > maxAttributes) throw new Error('An element has too many attributes')
  })
  parser.on('opentag', ({ name, attributes }) => {
    attributeCount = 0
    depth++
    if (depth > maxDepth) throw new Error('Elements are nested too deeply')
    reader.open?.(localName(name), (wanted) => {
      const found = Object.entries(attributes).find(([name]) => localName(name) === wanted)
      return found?.[1]
    })
  })
  parser.on('closetag', ({ name }) => {
    depth--
    reader.close?.(localName(name))
  })
  parser.on('text', (text) => reader.text?.(text))
  parser.on('cdata', (text) => reader.text?.(text))
  const text = bytes.toString()
  for (let at = 0; at < text.length; at += chunkLength) {
    parser.write(text.slice(at, at + chunkLength))
    if (reader.isDone?.()) return
    await setImmediate()
    signal.throwIfAborted()
  }
  parser.close()
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
