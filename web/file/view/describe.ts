import { h } from './elements.ts'
import { icon } from './icons.ts'
import type { Shown } from '../states.ts'
import { title, unseen, why, whyTitle } from '../words.ts'

/** Sets the accessible names of a view and of its buttons, and says whether the model has not seen the file. */
export function describe(
  frame: HTMLElement,
  shown: Shown,
  { label, seen }: { label: string; seen: string },
): void {
  const named = frame.querySelector('bdi')?.textContent
  frame.ariaLabel = (shown.file && label) || title(shown, label)
  for (const button of frame.querySelectorAll<HTMLElement>('[data-verb]')) {
    // The name of a button has its visible words.
    const object = shown.file ? ` ${named ?? frame.ariaLabel}` : ''
    button.ariaLabel = `${button.dataset['verb']}${object}`
  }
  frame.querySelector('.unseen')?.remove()
  const words = unseen[shown.state]
  if (seen !== 'no' || words === undefined) return
  const line = frame.querySelector('.meta')
  const part = h(
    'span',
    line ? 'unseen' : 'unseen dark',
    {},
    h(
      'button',
      '',
      { type: 'button', popovertarget: 'why' },
      icon('unseen'),
      h('span', '', { id: 'unseen' }, words),
    ),
    h(
      'div',
      'why',
      { id: 'why', popover: '' },
      h('strong', '', {}, whyTitle),
      h('slot', '', { name: 'why' }, why),
    ),
  )
  // In a line that is too short, the facts are cut, not these words.
  if (line) line.prepend(part)
  else frame.append(part)
}
