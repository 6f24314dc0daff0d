import { hideToast, show } from './toasts.ts'

const kept = 20
const stack: (() => Promise<void>)[] = []

/** Shows what has been done, with a button that takes it back. Ctrl+Z takes back the latest. */
export function undoable(text: string, undo: () => Promise<void>): void {
  const entry = async () => {
    stack.splice(stack.indexOf(entry), 1)
    await undo()
  }
  stack.push(entry)
  stack.splice(0, stack.length - kept)
  show({
    text,
    action: {
      label: 'Undo',
      run: () => {
        hideToast()
        void entry()
      },
    },
  })
}

export function undoLatest(): void {
  hideToast()
  void stack.at(-1)?.()
}
