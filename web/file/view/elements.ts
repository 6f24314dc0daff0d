/**
 * Creates an element whose parts are its classes, so that pages can style it. Children are nodes or texts: no text can become
 * markup.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  classes: string,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  const all = classes ? { class: classes, part: classes, ...attributes } : attributes
  for (const [name, value] of Object.entries(all)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** A button. With a verb its accessible name is the verb and the name of the file. */
export function button(
  classes: string,
  verb: string,
  press: () => void,
  ...children: (Node | string)[]
): HTMLButtonElement {
  const element = h('button', classes, { type: 'button', 'data-verb': verb }, ...children)
  element.addEventListener('click', press)
  return element
}
