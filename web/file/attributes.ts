import type { FileClient } from './client.ts'
import type { CofferFile, CofferFileEvents } from './coffer-file.ts'

type Listeners = {
  [Type in keyof CofferFileEvents as `on${Type}`]?: (
    event: CofferFileEvents[Type] & { readonly currentTarget: CofferFile },
  ) => void
}

/** The attributes and listeners of `<coffer-file>`, for the JSX of a framework. */
export interface CofferFileAttributes extends Listeners {
  /** `workspace://{id}[#type]` or `workspace:///{path}[#type]`; with `session` also a relative path. */
  src: string
  /** The alternative text. Without it the name of the file. */
  label?: string | undefined
  /** Whether the model has seen the file. Leave it out if that is not known. */
  seen?: 'yes' | 'no' | undefined
  /** `fill` (the default) fills the width with media; `card` is a line; `chip` stands in a text. */
  shape?: 'fill' | 'card' | 'chip' | undefined
  /** The session of relative paths. */
  session?: string | undefined
  client?: FileClient | undefined
}
