import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { focusGrid } from '../list/grid-focus.ts'
import { go, route } from '../state/route.ts'

const waitMs = 250
const inputId = 'search'

const isSearch = () => route.value.view === 'search'

/** Searches names in the whole workspace while the user types. */
export function SearchBox() {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const text = route.value.view === 'search' ? route.value.text : ''
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = text
  }, [text])
  const search = (value: string) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      if (value.trim() !== '')
        go({ ...route.value, view: 'search', text: value.trim() }, { replace: isSearch() })
      else if (isSearch()) go({ view: 'files', folder: '/' })
    }, waitMs)
  }
  return (
    <div class="search" role="search">
      <Icon name="search" className="i16" />
      <input
        ref={input}
        id={inputId}
        type="search"
        placeholder="Search this workspace"
        aria-label="Search this workspace"
        autocomplete="off"
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'Enter') focusGrid()
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  )
}

export function focusSearch(): void {
  document.getElementById(inputId)?.focus()
}
