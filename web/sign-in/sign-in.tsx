import { useState } from 'preact/hooks'
import { Modal } from '../parts/modal.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { signIn } from '../state/client.ts'
import { signInForm } from './source.ts'

/** Browsers send no other characters in `Authorization`. */
const isHeaderText = /^[!-~]+$/

/** Asks for a token where the service demands one. The page below keeps its state, and the request that waits goes on. */
export function SignIn() {
  const Form = signInForm.value ?? TokenForm
  return (
    <Modal title="Sign in">
      <Form />
    </Modal>
  )
}

function TokenForm() {
  const [token, setToken] = useState('')
  const [error, setError] = useState<unknown>()
  const submit = () => {
    const given = token.trim()
    if (given === '') return
    if (isHeaderText.test(given)) signIn(given)
    else setError(new Error('A token has only letters, digits and punctuation of ASCII.'))
  }
  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <p class="small soft">
        This service asks for an ID token. The page keeps it in memory and sends it to this service
        only.
      </p>
      <label class="field">
        Token
        <input
          type="password"
          autocomplete="off"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <Refusal error={error} />
      <div class="acts-end">
        <button type="submit" class="btn solid">
          Sign in
        </button>
      </div>
    </form>
  )
}
