import { Icon } from './icon.tsx'
import { announcement, hideToast, holdToast, releaseToast, toast } from '../state/toasts.ts'

/** The message at the bottom, and the place that screen readers read messages from. */
export function ToastPlace() {
  const open = toast.value
  return (
    <>
      <p class="vh" role="status" aria-live="polite">
        {announcement.value}
      </p>
      <div class="toast-place" role={open?.isError ? 'alert' : 'status'}>
        {open && (
          <div
            class={`toast${open.isError ? ' bad' : ''}`}
            onPointerEnter={holdToast}
            onPointerLeave={releaseToast}
            onFocusIn={holdToast}
            onFocusOut={releaseToast}
          >
            <span dir="auto">{open.text}</span>
            {open.action && (
              <button type="button" onClick={open.action.run}>
                {open.action.label}
              </button>
            )}
            <button type="button" class="x" aria-label="Close the message" onClick={hideToast}>
              <Icon name="close" className="i14" />
            </button>
          </div>
        )}
      </div>
    </>
  )
}
