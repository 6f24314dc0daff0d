import { familyOf } from '../states.ts'

const sheet = 'M6 3h8l5 5v13H6z'
const shield = 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z'
const warning = `${shield}M12 8v4M12 16h0`

/** Drawn for the element, with few points: they are an eighth of its bytes. */
const paths = {
  file: `${sheet}M14 3v5h5`,
  text: `${sheet}M14 3v5h5M9 13h6M9 17h6`,
  image: 'M4 4h16v16H4zM9 9h0M20 15l-4-4-9 9',
  audio: 'M9 18V6l11-2v12M3 18a3 3 0 1 0 6 0 3 3 0 1 0-6 0M14 16a3 3 0 1 0 6 0 3 3 0 1 0-6 0',
  video: 'M7 4l13 8-13 8z',
  pending: 'M21 12a9 9 0 1 1-6-8',
  infected: `${shield}M9 9l6 6M15 9l-6 6`,
  unscannable: warning,
  failed: warning,
  gone: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  missing: `${sheet}M10 11a2 2 0 1 1 3 2l-1 1M12 17h0`,
  'no-access': 'M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  unseen: 'M2 12c5-8 15-8 20 0-5 8-15 8-20 0M9 12a3 3 0 1 0 6 0 3 3 0 1 0-6 0M4 3l16 18',
}

export type IconName = keyof typeof paths

/** A picture beside words: screen readers skip it. */
export function icon(name: IconName): SVGElement {
  const svg = draw('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' })
  svg.append(draw('path', { d: paths[name] }))
  return svg
}

function draw(tag: 'svg' | 'path', attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

export function kindIcon(mimeType: string): IconName {
  const isText = /^text|pdf|word|document|json|xml/.test(mimeType)
  return familyOf(mimeType) ?? (isText ? 'text' : 'file')
}
