import { useState } from 'preact/hooks'
import { Modal } from '../parts/modal.tsx'
import { signIn } from '../state/client.ts'

/** Asks for a token where the service demands one. The page below keeps its state, and the request that waits goes on. */
export function SignIn() {
  const [token, setToken] = useState('')
  return (
    <Modal title="Sign in" onClose={() => undefined}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          if (token.trim() !== '') signIn(token.trim())
        }}
      >
        <p class="small soft">
          This service asks for an ID token. The page keeps it in memory and sends it to this
          service only.
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
        <div class="acts-end">
          <button type="submit" class="btn solid">
            Sign in
          </button>
        </div>
      </form>
    </Modal>
  )
}
