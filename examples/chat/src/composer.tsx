import { useRef, useState, type FormEvent } from 'react'
import type { Message, Part } from '../store/conversation.ts'
import { coffer } from './coffer.ts'
import { FileView } from './file-view.tsx'

type FilePart = Extract<Part, { url: string }>

/** Attaches files to the next message. They are uploaded at once. */
export function Composer({ send }: { send: (message: Message) => void }) {
  const [text, setText] = useState('')
  const [files, setFiles] = useState<FilePart[]>([])
  const [status, setStatus] = useState('')
  const input = useRef<HTMLInputElement>(null)

  const attach = async (chosen: File[]) => {
    for (const file of chosen) {
      const upload = coffer.upload(file, {
        path: `/chat/attached/${file.name}`,
        onConflict: 'rename',
        onProgress: ({ phase, sentBytes, totalBytes }) =>
          setStatus(
            phase === 'uploading'
              ? `${file.name}: ${Math.floor((100 * sentBytes) / (totalBytes || 1))} %`
              : `${file.name}: ${phase}`,
          ),
      })
      try {
        const { id, mimeType, name } = await upload.done
        const part = { type: 'file' as const, url: `workspace://${id}#${mimeType}` }
        setFiles((all) => [...all, { ...part, mediaType: mimeType, filename: name }])
        setStatus('')
      } catch (error) {
        setStatus(`${file.name}: ${(error as Error).message}`)
      }
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const words = text.trim()
    if (words === '' && files.length === 0) return
    const parts: Part[] = [...files, ...(words ? [{ type: 'text' as const, text: words }] : [])]
    send({ id: crypto.randomUUID(), role: 'user', parts })
    setText('')
    setFiles([])
  }
  return (
    <form onSubmit={submit}>
      {files.length > 0 && (
        <div className="attached">
          {files.map(({ url }) => (
            <FileView key={url} src={url} shape="chip" />
          ))}
        </div>
      )}
      <p role="status">{status}</p>
      <div className="line">
        <input
          aria-label="Message"
          placeholder="Write a message. Nobody answers."
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files"
          onChange={(event) => {
            void attach([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        <button type="button" onClick={() => input.current?.click()}>
          Attach
        </button>
        <button type="submit" className="solid">
          Send
        </button>
      </div>
    </form>
  )
}
