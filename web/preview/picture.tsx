import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { loadPicture } from './pictures.ts'

interface Props {
  id: string
  width: number
  /** The alternative text. Empty beside the name of the file. */
  label: string
  className: string
  /** Shown for a file without a picture, and while it loads if there is no `waiting`. */
  fallback: ComponentChildren
  waiting?: ComponentChildren
}

/** A picture of a file that the service has drawn. It never shows the original. */
export function Picture({ id, width, label, className, fallback, waiting = fallback }: Props) {
  const [address, setAddress] = useState<string | null>()
  useEffect(() => {
    setAddress(undefined)
    const stop = new AbortController()
    const load = async () => {
      const loaded = await loadPicture(id, width, stop.signal)
      if (!stop.signal.aborted) setAddress(loaded ?? null)
    }
    void load()
    return () => stop.abort()
  }, [id, width])
  if (address === undefined) return <>{waiting}</>
  if (address === null) return <>{fallback}</>
  return (
    <span class={className}>
      <img src={address} alt={label} draggable={false} />
    </span>
  )
}
