import { clientOfAncestors } from './ancestors.ts'
import type { FileClient } from './client.ts'
import { describe } from './view/describe.ts'
import { follow } from './view/follow.ts'
import { viewObserver } from './in-view.ts'
import { keepPicture, releasePicture, touchPicture } from './pictures.ts'
import { hasPicture, opensInTab, pictureWidth } from './previews.ts'
import { parseReference, type Reference } from './reference.ts'
import { ask } from './requests.ts'
import { shownOf, shownOfError, type FileState, type Shown, type WorkspaceFile } from './states.ts'
import { styleSheet } from './view/style.ts'
import { showPicture, viewOf, type Actions } from './view/view.ts'

/** Node renders pages with this module, too. */
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement)
const attributes = ['src', 'label', 'seen', 'shape', 'session'] as const
/** Links to media work for an hour, so that a long film plays to its end. */
const mediaSeconds = 3600
const excerptBytes = 1024

const connected = new Set<CofferFile>()
let common: FileClient | undefined

export interface CofferFileEvents {
  'coffer-state': CustomEvent<{ state: FileState; file?: WorkspaceFile | undefined }>
  /** Cancel it to open the file yourself. */
  'coffer-open': CustomEvent<{ file: WorkspaceFile }>
  'coffer-sign-in': CustomEvent<null>
}

/** `<coffer-file src="workspace://…">`: shows a file of a workspace. See docs/web/coffer-file.md. */
export class CofferFile extends Base {
  static readonly observedAttributes = attributes
  /** The client of all elements that have none, and whose ancestors have none. */
  static get client(): FileClient | undefined {
    return common
  }
  static set client(client: FileClient | undefined) {
    common = client
    for (const element of connected) element.reload()
  }

  declare src: string
  declare label: string
  /** Whether the model has seen the file: `yes`, `no`, or empty if that is not known. */
  declare seen: string
  declare shape: string
  declare session: string

  readonly #root = this.attachShadow({ mode: 'open' })
  readonly #states = this.attachInternals().states
  #client: FileClient | undefined
  #reference: Reference | undefined
  #shown: Shown = { state: 'loading' }
  #frame = document.createElement('div') as HTMLElement
  #isInView = false
  #hasPreview = false
  #polls = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #work: AbortController | undefined

  get client(): FileClient | undefined {
    return this.#client ?? clientOfAncestors(this) ?? common
  }
  set client(client: FileClient | undefined) {
    this.#client = client
    if (this.isConnected) this.reload()
  }
  get state(): FileState {
    return this.#shown.state
  }

  /** Asks for the record again, as after a sign-in. */
  reload(): void {
    this.#pause()
    this.#polls = 0
    this.#reference = parseReference(this.src, this.session)
    this.#show({ state: this.#reference ? 'loading' : 'missing' })
    this.#resume()
  }

  connectedCallback(): void {
    this.#root.adoptedStyleSheets = [styleSheet()]
    connected.add(this)
    this.reload()
    viewObserver().observe(this)
  }
  disconnectedCallback(): void {
    connected.delete(this)
    viewObserver().unobserve(this)
    this.inView(false)
    releasePicture(this)
  }
  attributeChangedCallback(name: string): void {
    if (!this.isConnected) return
    if (name === 'label' || name === 'seen') describe(this.#frame, this.#shown, this)
    else if (name === 'shape') this.dropPicture()
    else this.reload()
  }

  /** For the page's observer. */
  inView(isInView: boolean): void {
    this.#isInView = isInView
    if (isInView) this.#resume()
    else this.#pause()
  }

  /** For the page's store of pictures: builds the view without one. */
  dropPicture(): void {
    this.#pause()
    this.#build()
    this.#resume()
  }

  #pause(): void {
    clearTimeout(this.#timer)
    this.#work?.abort()
    this.#work = undefined
  }

  #resume(): void {
    touchPicture(this)
    const { client } = this
    if (!this.#isInView || this.#work || !client || !this.#reference) return
    const work = new AbortController()
    this.#work = work
    this.#load(client, this.#reference, work.signal)
      .catch((error: unknown) => {
        if (!work.signal.aborted) this.#fail(error)
      })
      .finally(() => {
        if (this.#work === work) this.#work = undefined
      })
  }

  async #load(client: FileClient, reference: Reference, signal: AbortSignal): Promise<void> {
    if (this.state === 'loading' || this.state === 'pending')
      this.#show(shownOf(await ask(signal, () => client.record(reference, signal))))
    const { state, file } = this.#shown
    if (state === 'pending') {
      const seconds = Math.min(2 ** this.#polls, 15)
      this.#polls += 1
      this.#timer = setTimeout(() => this.#resume(), seconds * 1000)
    }
    if (file?.state !== 'ready' || this.#hasPreview) return
    const { id, mimeType } = file
    const excerpt = this.#frame.querySelector('.excerpt')
    const isLarge = this.#frame.matches('.pic')
    try {
      if (excerpt)
        excerpt.textContent = await ask(signal, () => client.text(id, excerptBytes, signal))
      if (hasPicture(mimeType)) {
        const width = pictureWidth(isLarge ? this.clientWidth : 32)
        const picture = await ask(signal, () => client.preview(id, width, signal))
        releasePicture(this)
        // Only a type that the service makes itself becomes an address of this page.
        if (picture.type === 'image/webp') showPicture(this.#frame, keepPicture(this, picture))
      }
    } catch (error) {
      const { status } = error as { status?: number }
      // The service draws no picture of these bytes.
      if (isLarge && state === 'image' && (status === 415 || status === 422))
        this.#show({ state: 'document', file })
      // Without its picture a card is whole, and a film plays.
      else if ((isLarge && state === 'image') || signal.aborted) throw error
    }
    this.#hasPreview = true
  }

  #fail(error: unknown): void {
    this.#show(shownOfError(error, this.#shown.file))
  }

  #show(shown: Shown): void {
    const { state, file } = this.#shown
    this.#shown = shown
    this.#build()
    if (this.#states.has(shown.state) && shown.file?.id === file?.id) return
    this.#states.delete(state)
    this.#states.add(shown.state)
    this.#emit('coffer-state', { state: shown.state, file: shown.file })
  }

  #build(): void {
    const { src, label, shape } = this
    const hadFocus = this.#root.activeElement
    const texts = { src, label, hint: this.#reference?.hint ?? '' }
    const frame = viewOf(this.#shown, shape, this.#actions(), texts)
    this.#hasPreview = false
    this.#frame = frame
    describe(frame, this.#shown, this)
    this.#root.replaceChildren(frame)
    if (!hadFocus) return
    // The focus does not fall to the body with its button.
    frame.tabIndex = -1
    ;(frame.querySelector('button') ?? frame).focus()
  }

  #actions(): Actions {
    const { client } = this
    const { file, until, state, canSignIn } = this.#shown
    const run = async (act: (client: FileClient, file: WorkspaceFile) => unknown) => {
      try {
        if (client && file) await act(client, file)
      } catch (error) {
        this.#fail(error)
      }
    }
    const go = (inline: boolean) =>
      run(async (client, { id }) => follow((await client.link(id, { inline })).url, inline))
    const restore = () =>
      run(async (client, { id }) => {
        await client.restore?.(id)
        this.reload()
      })
    const acts: Partial<Record<FileState, () => void>> = {
      failed: () => this.reload(),
      ...(canSignIn && { 'no-access': () => this.#emit('coffer-sign-in') }),
      ...(until && client?.restore && { gone: () => void restore() }),
    }
    return {
      open: () => {
        if (file && this.#emit('coffer-open', { file })) void go(opensInTab(file.mimeType))
      },
      download: () => void go(false),
      act: acts[state],
      // The file and its client are there in the states that play it. A link waits for its turn as other requests do.
      link: () =>
        ask(new AbortController().signal, () =>
          client!.link(file!.id, { inline: true, expiresIn: mediaSeconds }),
        ),
      fail: (error) => {
        if (error !== undefined || !file) this.#fail(error)
        else this.#show({ state: 'document', file })
      },
    }
  }

  #emit(type: keyof CofferFileEvents, detail?: object): boolean {
    const options = { bubbles: true, composed: true, cancelable: type === 'coffer-open' }
    return this.dispatchEvent(new CustomEvent(type, { detail, ...options }))
  }
}

// Properties for frameworks that set them instead of attributes. Nothing, null and '' remove the attribute.
for (const name of attributes) {
  Object.defineProperty(CofferFile.prototype, name, {
    get(this: CofferFile) {
      return this.getAttribute(name) ?? ''
    },
    set(this: CofferFile, value: string | null | undefined) {
      if (value) this.setAttribute(name, value)
      else this.removeAttribute(name)
    },
  })
}

const registry = globalThis.customElements
if (registry && !registry.get('coffer-file')) registry.define('coffer-file', CofferFile)
