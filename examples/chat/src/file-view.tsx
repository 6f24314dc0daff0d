import type { CofferFileAttributes, SeenBy } from 'coffer/web'

interface Props extends Pick<CofferFileAttributes, 'src' | 'label' | 'shape'> {
  seen?: SeenBy
  isTextOnly?: boolean
}

/** A file of the workspace, with what is known of the model. */
export function FileView({ src, label, shape, seen, isTextOnly = false }: Props) {
  return (
    <coffer-file src={src} label={label} shape={shape} seen={seen?.(src)}>
      {isTextOnly && (
        <span slot="why">
          The model here reads text only. It knows the file’s name, kind and size, and nothing of
          what it shows. Describe it in words, or choose a model that takes pictures.
        </span>
      )}
    </coffer-file>
  )
}
