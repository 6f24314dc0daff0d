import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import type { CofferFile, CofferFileAttributes } from './index.js'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'coffer-file': DetailedHTMLProps<HTMLAttributes<CofferFile>, CofferFile> &
        CofferFileAttributes
    }
  }
}
