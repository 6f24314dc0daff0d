import { createCoffer } from 'coffer/client'
import { clientOf, CofferFile } from 'coffer/web'

/** The client of the page, which uploads, and of its elements. */
export const coffer = createCoffer({
  baseUrl: import.meta.env['VITE_COFFER_URL'] ?? 'http://127.0.0.1:8080',
  // With sign-in: token: ({ refresh }) => user.getIdToken(refresh)
})

CofferFile.client = clientOf(coffer)
