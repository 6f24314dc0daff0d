import { StrictMode } from 'react'
import '@fontsource-variable/inter'
import { createRoot } from 'react-dom/client'
import type { Message } from '../store/conversation.ts'
import { Chat } from './chat.tsx'
import { coffer } from './coffer.ts'

const place = document.getElementById('root')
if (!place) throw new Error('The page has no place for the chat')
const root = createRoot(place)
root.render(<p className="note">Loading the conversation…</p>)
try {
  const recorded = await coffer.content('/chat/conversation.json')
  root.render(
    <StrictMode>
      <Chat recorded={(await recorded.json()) as Message[]} />
    </StrictMode>,
  )
} catch (error) {
  root.render(
    <p className="note" role="alert">
      There is no conversation: {(error as Error).message} Run{' '}
      <code>node examples/chat/store.ts</code> first.
    </p>,
  )
}
