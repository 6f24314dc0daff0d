import { button, h } from './elements.ts'
import { icon, kindIcon, type IconName } from './icons.ts'
import { play, playable, type Playing } from './player.ts'
import { hasExcerpt } from '../previews.ts'
import type { Shown } from '../states.ts'
import { actions as actionWords, brief, meta, title } from '../words.ts'

/** What the controls of a view do. */
export interface Actions extends Playing {
  open: () => void
  download: () => void
  /** Sign in, restore, or try again. Undefined: the state has no such action. */
  act: (() => void) | undefined
}

interface Texts {
  src: string
  label: string
  hint: string
}

/** The view of a state in the shape `card` or `chip`, else in that which fills the width. What is not known yet has the space that the hint promises. */
export function viewOf(shown: Shown, shape: string, actions: Actions, texts: Texts): HTMLElement {
  const { state, file } = shown
  const isOpen = state === 'loading' || state === 'pending'
  const fills = shape !== 'card' && shape !== 'chip'
  const mimeType = (isOpen ? texts.hint : file?.mimeType) ?? ''
  const isMedia = isOpen ? /^(image|video)/.test(mimeType) : state === 'image' || state === 'video'
  if (fills && isMedia) return picture(shown, actions, texts)
  const view = card(shown, shape === 'chip', actions, texts)
  if (isOpen && mimeType.startsWith('audio')) view.classList.add('audio')
  if (fills && (isOpen || state === 'document') && hasExcerpt(mimeType))
    view.append(h('pre', 'excerpt', { dir: 'auto' }))
  return view
}

/** A picture or a film in a frame of a fixed ratio, which it also has while it loads and is scanned. */
function picture(shown: Shown, actions: Actions, texts: Texts): HTMLElement {
  const { state } = shown
  const frame = h('figure', `frame pic ${state}`, described)
  if (state === 'image') {
    const { open, download } = actions
    const save = button('action dark', 'Download', download, icon('download'))
    frame.append(button('shot', 'Open', open), save)
  }
  if (state === 'video') frame.append(...film(actions))
  if (state === 'pending') frame.append(card(shown, false, actions, texts))
  return frame
}

/** The link is asked for when the film is played. */
function film(playing: Playing): Node[] {
  const video = h('video', 'media', { preload: 'none', playsinline: '' })
  const load = playable(video, playing)
  const press = async () => {
    start.remove()
    video.controls = true
    video.focus()
    await load()
    await play(video)
  }
  const start = button('play dark', 'Play', () => void press(), icon('video'))
  return [video, start]
}

/** A line with an icon or a small picture, the name and the facts. A chip stands in a text. */
function card(shown: Shown, isChip: boolean, actions: Actions, { src, label }: Texts): HTMLElement {
  const { state, file } = shown
  const frame = h('div', `frame ${isChip ? 'chip' : 'card'} ${state}`, {
    role: 'group',
    ...described,
  })
  const isServed = /^(image|video|audio|document)$/.test(state)
  const isLoading = state === 'loading'
  const kind = isServed ? kindIcon(file?.mimeType ?? '') : (state as IconName)
  frame.append(h('span', 'thumb', {}, isLoading ? '' : icon(kind)))
  if (isLoading) {
    frame.append(h('div', 'bones'))
    return frame
  }
  const name = h('bdi', '', {}, title(shown, label))
  const words = isChip ? (brief[state] ?? '') : meta(shown, src)
  const lines = h(
    'div',
    'lines',
    {},
    isServed ? button('name', 'Open', actions.open, name) : h('div', 'name', {}, name),
    h('div', 'meta', {}, h('bdi', 'words', { id: 'meta' }, words)),
  )
  frame.append(lines)
  const word = actionWords[state]
  if (word && actions.act) frame.append(button('action word', word, actions.act, word))
  if (isChip || !isServed) return frame
  frame.append(button('action', 'Download', actions.download, icon('download')))
  if (state === 'audio') {
    const audio = h('audio', 'media', { controls: '', preload: 'none' })
    void playable(audio, actions)()
    lines.append(audio)
  }
  return frame
}

const described = { 'aria-describedby': 'meta unseen' }

/** Shows the picture of the file in its view. */
export function showPicture(frame: HTMLElement, src: string): void {
  const video = frame.querySelector('video')
  if (video) video.poster = src
  const image = h('img', 'media', { alt: '', src })
  image.addEventListener('load', () => image.classList.toggle('covers', isClose(image)))
  frame.querySelector('.shot,.thumb')?.replaceChildren(image)
}

/** Whether filling the box cuts at most a quarter of the picture. */
function isClose({ naturalWidth, naturalHeight, clientWidth, clientHeight }: HTMLImageElement) {
  const stretch = (naturalWidth * clientHeight) / (naturalHeight * clientWidth)
  return stretch > 0.75 && stretch < 4 / 3
}
