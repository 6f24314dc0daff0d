import { h } from 'preact'
import { iconShapes } from './icon-shapes.ts'

export type IconName = keyof typeof iconShapes

/** A picture beside a word, or in a button with a label: screen readers skip it. */
export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg class={`i ${className}`} viewBox="0 0 24 24" aria-hidden="true">
      {iconShapes[name].map(([tag, attributes]) => h(tag, attributes))}
    </svg>
  )
}
