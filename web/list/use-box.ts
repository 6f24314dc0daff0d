import { useEffect, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

/** Whether the page is as narrow as a phone. */
export const narrow = matchMedia('(max-width: 700px)')

/** The size of an element, and whether the page is as narrow as a phone. */
export function useBox(element: RefObject<HTMLElement | null>) {
  const [size, setSize] = useState({ width: 1000, height: 600 })
  const [isNarrow, setNarrow] = useState(narrow.matches)
  useEffect(() => {
    const resized = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height })
    })
    if (element.current) resized.observe(element.current)
    const change = () => setNarrow(narrow.matches)
    narrow.addEventListener('change', change)
    return () => {
      resized.disconnect()
      narrow.removeEventListener('change', change)
    }
  }, [])
  return { ...size, isNarrow }
}
