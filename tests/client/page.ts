import { runUpload } from './run-upload.ts'

/** The script of a page whose tests call `runUpload`. Uploads are remembered in `localStorage`. */
Object.assign(globalThis, { runUpload })
