import type { Body } from 'coffer/client'

interface Row {
  bar: HTMLProgressElement
  text: HTMLElement
}

const rows = new Map<Body, Row>()

/** Shows a file as a line of the list: its path, its progress and a text. */
export function showFile(list: HTMLElement, file: Body, text: string, share?: number): void {
  const row = rows.get(file) ?? addRow(list, file)
  row.text.textContent = text
  if (share !== undefined) row.bar.value = share
}

function addRow(list: HTMLElement, file: Body): Row {
  const name = file.webkitRelativePath || file.name || 'file'
  const item = document.createElement('li')
  const label = document.createElement('span')
  const bar = document.createElement('progress')
  const text = document.createElement('span')
  label.textContent = name
  bar.setAttribute('aria-label', name)
  item.append(label, bar, text)
  list.append(item)
  const row = { bar, text }
  rows.set(file, row)
  return row
}

/** The mean of all lines. */
export function meanShare(): number {
  const shares = [...rows.values()].map(({ bar }) => bar.value)
  return shares.reduce((sum, share) => sum + share, 0) / (shares.length || 1)
}
