import { wordsOf } from '../words/errors.ts'

/** Why something did not work, in the words of the service. */
export function Refusal({ error }: { error: unknown }) {
  if (error === undefined) return null
  return (
    <p class="small wrong" role="alert">
      {wordsOf(error).detail}
    </p>
  )
}
