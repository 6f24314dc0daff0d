import { sendSignInLinkToEmail, signInWithEmailAndPassword, type Auth } from '@firebase/auth'
import type { ComponentType } from 'preact'
import { useState } from 'preact/hooks'
import { Refusal } from '../parts/refusal.tsx'
import { signIn } from '../state/client.ts'
import { keepEmail } from './email.ts'

const failures: Record<string, string> = {
  'auth/invalid-credential': 'The e-mail address or the password is wrong.',
  'auth/user-not-found': 'The e-mail address or the password is wrong.',
  'auth/wrong-password': 'The e-mail address or the password is wrong.',
  'auth/invalid-email': 'This is no e-mail address.',
  'auth/missing-password': 'Enter the password, or ask for a link.',
  'auth/operation-not-allowed': 'This service does not offer this way to sign in.',
  'auth/too-many-requests': 'Too many attempts. Wait some minutes, then try again.',
  'auth/network-request-failed': 'The sign-in service does not answer. Try again.',
}

function wordsFor(error: unknown): Error {
  const { code = '', message } = error as { code?: string; message: string }
  return new Error(failures[code] ?? message)
}

/** Signs in by e-mail and password, or by a link in an e-mail. */
export function formOf(auth: Auth): ComponentType {
  return function FirebaseForm() {
    const [email, setEmail] = useState('')
    const [password, setPassword] = useState('')
    const [error, setError] = useState<unknown>()
    const [isSent, setSent] = useState(false)
    const [isBusy, setBusy] = useState(false)
    const run = async (act: () => Promise<unknown>) => {
      setBusy(true)
      setError(undefined)
      await act().catch((failure: unknown) => setError(wordsFor(failure)))
      setBusy(false)
    }
    const enter = () =>
      run(async () => {
        const { user } = await signInWithEmailAndPassword(auth, email.trim(), password)
        signIn(await user.getIdToken())
      })
    const sendLink = () =>
      run(async () => {
        const url = location.origin + location.pathname
        await sendSignInLinkToEmail(auth, email.trim(), { url, handleCodeInApp: true })
        keepEmail(email.trim())
        setSent(true)
      })
    return (
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          void enter()
        }}
      >
        <label class="field">
          E-mail
          <input
            type="email"
            autocomplete="username"
            value={email}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          Password
          <input
            type="password"
            autocomplete="current-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <Refusal error={error} />
        {isSent && (
          <p class="small soft" role="status">
            An e-mail with a link is on its way. Open the link in this browser.
          </p>
        )}
        <div class="acts-end">
          <button
            type="button"
            class="btn quiet"
            disabled={isBusy || email.trim() === ''}
            onClick={() => void sendLink()}
          >
            Send a link instead
          </button>
          <button type="submit" class="btn solid" disabled={isBusy}>
            Sign in
          </button>
        </div>
      </form>
    )
  }
}
