import { useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { copyText } from '../state/clipboard.ts'
import { coffer } from '../state/client.ts'
import { fail, show } from '../state/toasts.ts'
import { instant } from '../words/format.ts'

interface Share {
  id: string
  url: string
  expiresAt: string
}

const times = [
  { label: 'for 1 hour', seconds: 3600 },
  { label: 'for 1 day', seconds: 86_400 },
  { label: 'for 7 days', seconds: 604_800 },
  { label: 'for 30 days', seconds: 2_592_000 },
]

/** A link that gives anyone this file, until it ends or is revoked. */
export function ShareLink({ id }: { id: string }) {
  const [seconds, setSeconds] = useState(86_400)
  const [share, setShare] = useState<Share>()
  const [isBusy, setBusy] = useState(false)
  const create = async () => {
    setBusy(true)
    try {
      const made = await coffer.request<Share>('POST /shares', {
        body: { fileId: id, expiresIn: seconds },
      })
      setShare(made)
      await copyText(made.url, 'The link is copied')
    } catch (error) {
      fail(error)
    } finally {
      setBusy(false)
    }
  }
  const revoke = async ({ id }: Share) => {
    try {
      await coffer.request(`DELETE /shares/${id}`)
      setShare(undefined)
      show({ text: 'The link has ended' })
    } catch (error) {
      fail(error)
    }
  }
  return (
    <section class="share" aria-label="Share">
      <h3>Share link</h3>
      {share ? (
        <>
          <div class="linked">
            <input
              class="mono"
              readOnly
              value={share.url}
              aria-label="The link"
              onFocus={(event) => event.currentTarget.select()}
            />
            <button
              type="button"
              class="btn icon"
              aria-label="Copy the link"
              onClick={() => void copyText(share.url, 'The link is copied')}
            >
              <Icon name="copy" className="i16" />
            </button>
          </div>
          <p class="tiny faint">
            Anyone who has it can read the file until {instant(share.expiresAt)}. It is shown only
            now.{' '}
            <button type="button" class="link bad" onClick={() => void revoke(share)}>
              Revoke
            </button>
          </p>
        </>
      ) : (
        <div class="linked">
          <select
            aria-label="How long the link works"
            value={seconds}
            onChange={(event) => setSeconds(Number(event.currentTarget.value))}
          >
            {times.map((time) => (
              <option key={time.seconds} value={time.seconds}>
                {time.label}
              </option>
            ))}
          </select>
          <button type="button" class="btn" disabled={isBusy} onClick={() => void create()}>
            <Icon name="link" className="i16" />
            Create a link
          </button>
        </div>
      )}
    </section>
  )
}
