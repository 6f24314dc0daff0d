import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { focusGrid } from '../list/grid-focus.ts'

interface Props {
  title: string
  className?: string
  /** Absent for a dialog that stays until it is answered. */
  onClose?: () => void
  children: ComponentChildren
}

/** A dialog of the platform. Escape and a click beside it close it; the focus goes back to where it was. */
export function Modal({ title, className = '', onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const opener = document.activeElement
    element.current?.showModal()
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body)
        opener.focus()
      else focusGrid()
    }
  }, [])
  return (
    <dialog
      ref={element}
      class={`modal ${className}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault()
        onClose?.()
      }}
      // A second Escape closes a dialog although its first one was prevented.
      onClose={() => (onClose ? onClose() : element.current?.showModal())}
      onClick={(event) => event.target === element.current && onClose?.()}
    >
      <div class="inner">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  )
}
