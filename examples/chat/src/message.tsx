import type { SeenBy } from 'coffer/web'
import Markdown, { defaultUrlTransform, type Components } from 'react-markdown'
import type { Message, Part } from '../store/conversation.ts'
import { FileView } from './file-view.tsx'

interface Props {
  message: Message
  seen: SeenBy
  isTextOnly: boolean
}

const isReference = (url: string) => url.startsWith('workspace:')

/** One message: its files, and its text as Markdown whose images and links may be references. */
export function MessageView({ message: { role, parts }, seen, isTextOnly }: Props) {
  const components: Components = {
    // A file is a block: no paragraph may hold it.
    p: ({ children }) => <div className="paragraph">{children}</div>,
    img: ({ src, alt }) => (
      <FileView src={String(src)} label={alt} seen={seen} isTextOnly={isTextOnly} />
    ),
    a: ({ href = '', children }) =>
      isReference(href) ? <FileView src={href} shape="chip" /> : <a href={href}>{children}</a>,
  }
  const show = (part: Part, index: number) => {
    if (part.type === 'file' && 'url' in part)
      return (
        <FileView
          key={index}
          src={part.url}
          label={part.filename}
          seen={seen}
          isTextOnly={isTextOnly}
        />
      )
    if (part.type !== 'text' || !('text' in part)) return null
    return (
      <div key={index} className="words">
        <Markdown
          urlTransform={(url) => (isReference(url) ? url : defaultUrlTransform(url))}
          components={components}
        >
          {part.text}
        </Markdown>
      </div>
    )
  }
  return <li className={role}>{parts.map(show)}</li>
}
