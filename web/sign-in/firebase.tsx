import { initializeApp } from '@firebase/app'
import {
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
  isSignInWithEmailLink,
  signInWithEmailLink,
  signOut,
  type Auth,
} from '@firebase/auth'
import { CofferError } from '../../shared/client/coffer.ts'
import { forgetEmail, keptEmail } from './email.ts'
import { formOf } from './firebase-form.tsx'
import { account, signInForm, type TokenSource } from './source.ts'

/**
 * The sign-in of Firebase, in a part of its own: pages without it never load it. The library keeps the session in IndexedDB and
 * refreshes tokens. It opens no window and loads no script, so the policy of the page holds.
 */
export async function openFirebase(
  config: object,
  emulator: string | undefined,
): Promise<TokenSource> {
  const auth = initializeAuth(initializeApp(config), { persistence: indexedDBLocalPersistence })
  if (emulator !== undefined) connectAuthEmulator(auth, emulator, { disableWarnings: true })
  await auth.authStateReady()
  await useLink(auth)
  auth.onAuthStateChanged((user) => {
    account.value = user
      ? { name: user.email ?? user.uid, signOut: () => signOut(auth).then(() => location.reload()) }
      : undefined
  })
  signInForm.value = formOf(auth)
  return {
    async token({ refresh }) {
      try {
        return await auth.currentUser?.getIdToken(refresh)
      } catch (error) {
        if ((error as { code?: string }).code !== 'auth/network-request-failed') return undefined
        throw new CofferError('network', 'The sign-in service did not answer.', { cause: error })
      }
    },
  }
}

/** Signs in by the link of an e-mail, if the page was opened by one. The link is taken out of the address at once. */
async function useLink(auth: Auth): Promise<void> {
  const link = location.href
  if (!isSignInWithEmailLink(auth, link)) return
  history.replaceState(null, '', location.pathname + location.hash)
  // Another device than the one that asked does not know the address. The form asks for a new link there.
  const email = keptEmail()
  if (email === undefined) return
  await signInWithEmailLink(auth, email, link).then(forgetEmail, () => undefined)
}
