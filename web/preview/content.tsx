import { useEffect, useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { coffer } from '../state/client.ts'
import type { FileRow } from '../state/rows.ts'
import { wordsOf } from '../words/errors.ts'
import { hasPicture, isText, kindOf } from '../words/kinds.ts'
import { Picture } from './picture.tsx'

const pictureWidth = 1024
const textBytes = 64 * 1024
const mediaSeconds = 3600

/** What a file shows. Markup is shown as text, and never rendered. */
export function Content({ row }: { row: FileRow }) {
  const { mimeType } = row.file
  if (/^(video|audio)\//.test(mimeType)) return <Media row={row} />
  if (hasPicture(mimeType)) {
    return (
      <Picture
        id={row.key}
        width={pictureWidth}
        label={row.name}
        className="shot"
        fallback={<KindOnly row={row} />}
        waiting={<Loading />}
      />
    )
  }
  return isText(mimeType) ? <Text row={row} /> : <KindOnly row={row} />
}

/** Streams from a link that works without a token for an hour. */
function Media({ row }: { row: FileRow }) {
  const [address, setAddress] = useState<string>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const stop = new AbortController()
    const options = { inline: true, expiresIn: mediaSeconds, signal: stop.signal }
    coffer.link(row.key, options).then(
      ({ url }) => setAddress(url),
      (failure: unknown) => {
        if (!stop.signal.aborted) setError(failure)
      },
    )
    return () => stop.abort()
  }, [row.key])
  if (error !== undefined) return <p role="alert">{wordsOf(error).detail}</p>
  if (address === undefined) return <KindOnly row={row} />
  // Without captions: the files of users have none.
  const Player = row.file.mimeType.startsWith('video/') ? 'video' : 'audio'
  return <Player class="film" src={address} controls aria-label={row.name} />
}

function Text({ row }: { row: FileRow }) {
  const [text, setText] = useState<string>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const stop = new AbortController()
    const read = async () => {
      const answer = await coffer.preview(row.key, { bytes: textBytes, signal: stop.signal })
      setText(await answer.text())
    }
    read().catch((failure: unknown) => !stop.signal.aborted && setError(failure))
    return () => stop.abort()
  }, [row.key])
  if (error !== undefined) return <p role="alert">{wordsOf(error).detail}</p>
  if (text === undefined) return <Loading />
  const isCut = row.file.sizeBytes > textBytes
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- The arrow keys scroll the text only while it has the focus.
    <div class="paper" tabIndex={0} role="document" aria-label={row.name}>
      <pre dir="auto">{text}</pre>
      {isCut && <p class="small soft">The beginning of the file. Download it to read all of it.</p>}
    </div>
  )
}

function Loading() {
  return (
    <div class="no-preview">
      <Icon name="spinner" className="spin" />
      <p>Loading…</p>
    </div>
  )
}

/** The kind of a file that has no preview. */
function KindOnly({ row }: { row: FileRow }) {
  const { icon, word } = kindOf(row.file.mimeType)
  return (
    <div class="no-preview">
      <Icon name={icon} className="huge" />
      <p>{word}</p>
    </div>
  )
}
