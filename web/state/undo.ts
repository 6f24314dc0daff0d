import { hideToast, show, type Toast } from './toasts.ts'

const kept = 20
const stack: (() => Promise<void>)[] = []

/** Shows what has been done, with a button that takes it back. Ctrl+Z takes back the latest. */
export function undoable(done: Omit<Toast, 'action'>, undo: () => Promise<void>): void {
  const entry = async () => {
    const index = stack.indexOf(entry)
    if (index < 0) return
    stack.splice(index, 1)
    await undo()
  }
  stack.push(entry)
  stack.splice(0, stack.length - kept)
  show({
    ...done,
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
