import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import type { CofferFile, CofferFileAttributes } from './index.js'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      // oxlint-disable-next-line typescript/no-redundant-type-constituents -- This repository has no React: examples/chat checks it.
      'coffer-file': DetailedHTMLProps<HTMLAttributes<CofferFile>, CofferFile> &
        CofferFileAttributes
    }
  }
}
