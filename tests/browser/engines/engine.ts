/** A browser with one page, driven from outside by the protocol that the browser has. */
export interface Engine extends AsyncDisposable {
  /** Loads an address, and resolves after its `load` event. */
  open: (url: string) => Promise<void>
  /** The value of an expression in the page, as JSON. Waits for a promise. */
  evaluate: <Value>(expression: string) => Promise<Value>
  /** Presses a key, such as `End` or `Shift+P`. */
  press: (keys: string) => Promise<void>
  /** Clicks on a point of the view, in pixels. */
  clickAt: (x: number, y: number) => Promise<void>
  /** Gives files of this machine to an input of the page. */
  choose: (selector: string, path: string) => Promise<void>
  /** The addresses of network requests since the last `open`. */
  requested: () => Promise<string[]>
}

/** An input source of WebDriver, which WebDriver BiDi shares. */
interface InputSource {
  type: 'key' | 'pointer'
  id: string
  parameters?: { pointerType: 'mouse' }
  actions: Record<string, string | number>[]
}

/** The code points of WebDriver for keys without a character. */
const keyValues: Record<string, string> = {
  ArrowDown: '\uE015',
  ArrowUp: '\uE013',
  ArrowRight: '\uE014',
  End: '\uE010',
  Enter: '\uE007',
  Escape: '\uE00C',
  Home: '\uE011',
  Shift: '\uE008',
}

/** The keyboard and the mouse of a browser that performs actions of WebDriver. */
export function inputOf(
  perform: (actions: InputSource[]) => Promise<unknown>,
): Pick<Engine, 'press' | 'clickAt'> {
  return {
    async press(keys) {
      const values = keys.split('+').map((key) => keyValues[key] ?? key)
      const down = values.map((value) => ({ type: 'keyDown', value }))
      const up = values.toReversed().map((value) => ({ type: 'keyUp', value }))
      await perform([{ type: 'key', id: 'keyboard', actions: [...down, ...up] }])
    },
    async clickAt(x, y) {
      const actions = [
        { type: 'pointerMove', x, y },
        { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 },
      ]
      const parameters = { pointerType: 'mouse' } as const
      await perform([{ type: 'pointer', id: 'mouse', parameters, actions }])
    },
  }
}
